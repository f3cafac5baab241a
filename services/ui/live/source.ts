/** Where the page looks for what a data set is doing: a run's own folder, or a cluster. */
import { PipelineError } from '../../runtime/errors.ts';
import type { LetterAct, LetterPage, LetterView, Look } from './view.ts';

export type Looked =
  | { readonly look: Look; readonly why: null }
  | { readonly look: null; readonly why: string };

export interface LiveSource {
  look(): Promise<Looked>;
  letters(): Promise<LetterPage>;
  letter(id: string): Promise<LetterView>;
  /** Absent where nothing may be changed. Resolves to the ids that were handled. */
  act?(what: LetterAct, ids: readonly string[], mended: boolean): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Letters of one answer at most. */
export const lettersMax = 500;

/** Those that wait come first. */
export function pageOf(letters: readonly LetterPage['letters'][number][]): LetterPage {
  const waiting = letters.filter(({ status }) => status === 'waiting');
  const others = letters.filter(({ status }) => status !== 'waiting');
  return {
    letters: [...waiting, ...others].slice(0, lettersMax),
    count: letters.length,
    waiting: waiting.length,
    why: null,
  };
}

/** Where nobody tells what is being done. */
export const nowhere: LiveSource = {
  look: async () => ({ look: null, why: 'nothing tells what is being done there' }),
  letters: async () => ({ letters: [], count: 0, waiting: 0, why: null }),
  letter: async (id) => {
    throw new PipelineError('USAGE', `no dead letter here has the id ${id}`, { subject: id });
  },
  close: async () => {},
};
