import { isUtf8 } from 'node:buffer';
import { type Document, isScalar, type Node, parseAllDocuments } from 'yaml';
import { HoldfastError } from '../../errors/index.ts';
import { policyLimits } from '../limits.ts';
import { boundNesting } from './nesting.ts';
import { type DocumentPath, faultAt, placeAt, type SourceText, sourceText } from './source-text.ts';
import { offsetOf, plainValue } from './tree.ts';

/** One document of a file as plain JSON, and where each part of it stands. */
export interface PlainDocument {
  readonly value: unknown;
  readonly place: (path: DocumentPath) => string;
}

/**
 * The documents of one YAML 1.2 or JSON file, none of which is empty.
 * @throws HoldfastError `policy-malformed`, `policy-limit`, with file, line and column
 */
export function readDocuments(file: string, bytes: Uint8Array): readonly PlainDocument[] {
  if (bytes.length > policyLimits.fileBytes) {
    throw new HoldfastError('policy-limit', `more than ${policyLimits.fileBytes} bytes`, { place: file });
  }
  if (!isUtf8(bytes)) throw new HoldfastError('policy-malformed', 'not UTF-8', { place: file });
  const source = sourceText(file, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  boundNesting(source);
  const documents = parsed(source).filter((document) => !isEmpty(document));
  if (documents.length === 0) throw new HoldfastError('policy-malformed', 'no document in it', { place: file });
  if (documents.length > policyLimits.documents) {
    throw new HoldfastError('policy-limit', `more than ${policyLimits.documents} documents`, { place: file });
  }
  return documents.map((document) => plainDocument(source, document));
}

/** Nothing between two separators. What is wrong with it is still looked at. */
function isEmpty({ contents, errors, warnings }: Document.Parsed): boolean {
  const nothing = contents === null || (isScalar(contents) && contents.value === null && contents.source === '');
  return nothing && errors.length + warnings.length === 0;
}

function parsed(source: SourceText): readonly Document.Parsed[] {
  try {
    // Repeated keys are looked for by `plainValue`: yaml's own way is quadratic.
    const documents = parseAllDocuments(source.text, {
      uniqueKeys: false,
      prettyErrors: false,
      resolveKnownTags: false,
    });
    return Array.isArray(documents) ? documents : [];
  } catch (cause) {
    // A stack that ran out after all, or a fault of the reader's own: either way there is no document.
    throw new HoldfastError('policy-malformed', `can't be read as YAML: ${(cause as Error).message.slice(0, 200)}`, {
      place: source.file,
      cause,
    });
  }
}

function plainDocument(source: SourceText, document: Document.Parsed): PlainDocument {
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw faultAt('policy-malformed', source, fault.pos[0], fault.message.slice(0, 300));
  if (document.directives.yaml.version !== '1.2' || document.directives.yaml.explicit === true) {
    throw faultAt('policy-malformed', source, document.range[0], 'a %YAML directive; leave it out');
  }
  const root = document.contents as Node | null;
  const value = plainValue(source, root);
  return { value, place: (path) => placeAt(source, offsetOf(root, path), path) };
}
