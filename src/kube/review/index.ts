export { ReviewFault } from './fields.ts';
export { changedImages, type ImageUse, imagesOf, isMirrorPod } from './images.ts';
export { type KindOfObject, kindOfObject } from './kinds.ts';
export type { AdmissionRequest, GroupKind, MalformedReview, Operation, ReviewVersion } from './model.ts';
export { type ParsedReview, parseReview } from './parse.ts';
export { type Answer, oneLine, type PatchOperation, responseBytes } from './response.ts';
