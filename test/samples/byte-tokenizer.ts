/** A tokenizer.json with one token per byte and no merges: masks and cuts can be read off. */
export function byteTokenizerFile(): string {
  const vocab: Record<string, number> = {};
  let shifted = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    vocab[String.fromCodePoint(printable ? byte : 0x100 + shifted)] = byte;
    if (!printable) shifted += 1;
  }
  return JSON.stringify({
    added_tokens: [
      { id: 256, content: '<|endoftext|>', special: true },
      { id: 257, content: '<|im_start|>', special: true },
    ],
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: false,
      use_regex: false,
    },
    model: { type: 'BPE', vocab, merges: [] },
  });
}
