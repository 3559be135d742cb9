export { type Copied, type CopyOptions, type CopyProgress, copyFrom, copyImage } from './copy.ts';
export { type Missing, missingFrom } from './missing.ts';
export { type Belonging, type Survey, type Surveyed, survey } from './survey.ts';
