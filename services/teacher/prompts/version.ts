/**
 * Version of all prompts: a number that is raised when material is chosen or ordered otherwise, and
 * the hash of the instructions. Memo and provenance go by it.
 */
import { sha256 } from '../../runtime/ids.ts';
import { instructions } from './instructions.ts';

export const promptsVersion = `10.${sha256(instructions).slice(0, 8)}`;

export interface Prompt {
  readonly system: string;
  readonly user: string;
}
