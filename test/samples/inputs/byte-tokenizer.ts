/**
 * A tokenizer.json with one token per byte, so that masks and cuts can be read off; merges, each of
 * two characters, and added tokens that are ordinary text on request.
 */

/** The control tokens of ChatML, which come before those of other forms. */
export const chatmlControls = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
export const llamaControls = [
  '<|end_of_text|>',
  '<|begin_of_text|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eot_id|>',
];

export function byteTokenizerFile(
  control: readonly string[] = chatmlControls,
  merges: readonly string[] = [],
  texts: readonly string[] = [],
): string {
  const vocab: Record<string, number> = {};
  let shifted = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    vocab[String.fromCodePoint(printable ? byte : 0x100 + shifted)] = byte;
    if (!printable) shifted += 1;
  }
  for (const [position, merge] of merges.entries()) vocab[merge] = 512 + position;
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const added = [
    ...control.map((content, position) => ({ id: 256 + position, content, special: true })),
    // Numbered as the library numbers them, on from the size of the vocabulary.
    ...texts.map((content, position) => ({
      id: 256 + merges.length + control.length + position,
      content,
      special: false,
    })),
  ];
  return JSON.stringify({
    version: '1.0',
    added_tokens: added.map((token) => ({ ...token, ...flags })),
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: false,
      use_regex: false,
    },
    model: { type: 'BPE', vocab, merges: merges.map((merge) => [...merge]) },
  });
}
