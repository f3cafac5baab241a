/** The licence of a repository of which all files are admitted. */
import {
  describeLicence,
  readLicenceFiles,
} from '../../../../../services/stages/admit/licence/licence.ts';
import { ownLicences } from '../../../../../services/stages/admit/licence/own.ts';

export function licenceOf(files: Readonly<Record<string, string>>): string {
  const candidates = Object.entries(files).map(([path, text]) => ({ path, text }));
  const texts = readLicenceFiles(candidates);
  const gated = { admitted: candidates, refused: [] };
  return describeLicence(texts, gated, ownLicences(candidates, texts.expression !== null))
    .expression;
}
