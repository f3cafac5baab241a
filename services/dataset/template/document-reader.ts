/**
 * Reads documents back from an output's tokens, with the tokenizer, template and masking that its
 * manifest names. No encoder is needed.
 */
import type { ManifestEntry } from '../../../schemas/manifest.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { TokenizerFile } from '../tokenizer-file.ts';
import { fingerprints, readVocabulary } from '../vocabulary.ts';
import { type ReadDocument, readTokens } from './read.ts';
import { openTemplate, outputFingerprint, type Template } from './template.ts';

export interface DocumentReader {
  readonly template: Template;
  readonly masking: ManifestEntry['tokenizer']['masking'];
  /** Takes all tokens of a document. Throws TemplateError if they do not follow the template. */
  read(ids: Uint32Array): ReadDocument;
}

/** `parsed` is the tokenizer.json that lies beside the shards. */
export function openDocumentReader(
  parsed: TokenizerFile,
  { file, endOfText, template: name, masking }: ManifestEntry['tokenizer'],
): DocumentReader {
  const end = parsed.added_tokens.find(({ id }) => id === endOfText);
  if (end === undefined) {
    throw new PipelineError(
      'TOKENIZER_UNSUPPORTED',
      `${file.path} has not the end-of-text token ${endOfText} that the manifest names`,
      { subject: file.path },
    );
  }
  const vocabulary = readVocabulary(parsed, end.content, file.path);
  const template = openTemplate(name, parsed.added_tokens, endOfText, file.path);
  return { template, masking, read: (ids) => readTokens(ids, template, vocabulary) };
}

/** Fingerprints that an output of this tokenizer, template and masking may carry. */
export function documentFingerprints(
  parsed: TokenizerFile,
  { endOfText }: ManifestEntry['tokenizer'],
  { template, masking }: DocumentReader,
): readonly string[] {
  return fingerprints(parsed, endOfText).map((each) => outputFingerprint(each, template, masking));
}
