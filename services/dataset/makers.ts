/**
 * Teacher and scorer in words, for a terminal and for a card. The reader must learn plainly when no
 * language model was involved, so this file decides that; each place supplies only its wording.
 */
import type { ModelIdentity } from '../../schemas/generated/types.ts';

export interface MakerWords {
  /** The whole text when there was no teacher or scorer. */
  readonly none: string;
  /** Follows the name of a teacher or scorer that is not a language model. */
  readonly noModel: string;
  /** Follows the name of a language model. */
  readonly end: string;
  /** Makes a name safe to show. */
  plain(name: string): string;
}

export function describeMaker(maker: ModelIdentity | null, words: MakerWords): string {
  if (maker === null) return words.none;
  const name = `${words.plain(maker.name)} ${words.plain(maker.version)}`;
  if (!maker.languageModel) return `${name}${words.noModel}`;
  const model = maker.model === null ? '' : `, model ${words.plain(maker.model)}`;
  return `${name}${model}${words.end}`;
}
