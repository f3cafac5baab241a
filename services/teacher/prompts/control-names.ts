/**
 * Keeps the names of control tokens in quoted text from becoming control tokens. Servers of open
 * models tokenize a conversation as one text, in which `<|im_end|>` ends a turn wherever it stands:
 * a file that holds it would leave its message, whatever tags are around it. A space before the
 * last mark keeps a name readable and makes it no token's name. Pure.
 */

/** The forms in which vocabularies write them; what else holds such text only gains a space. */
const forms = [
  // ChatML, Llama 3, Phi, GLM, gpt-oss, Granite, Command; the wide bars are DeepSeek's.
  String.raw`<[|\uff5c][^\s<>|\uff5c]{1,64}[|\uff5c](?=>)`,
  // EXAONE.
  String.raw`\[\|[^\s[\]|]{1,64}\|(?=\])`,
  // Gemma, Llama 2, Mistral and most other vocabularies; Seed.
  String.raw`<\/?(?:s|bos|eos|pad|unk|mask|sep|cls|(?:bos|eos|pad)_token|(?:start|end)_of_(?:turn|image))(?=>)`,
  String.raw`<(?:\[[\w\u2581]{1,64}\]|seed:[\w:/]{1,64})(?=>)`,
  // Reasoning and tools.
  String.raw`<\/?(?:think|tool_calls?|tool_response|tools)(?=>)`,
  // Mistral and Llama 2.
  String.raw`\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|ARGS|CALL_ID|MODEL_SETTINGS|THINK|IMG|PREFIX|SUFFIX|MIDDLE)(?=\])`,
  String.raw`<<\/?SYS>(?=>)`,
];

const names = new RegExp(forms.join('|'), 'gi');

/** The same text, in which no control token's name stands; unchanged where none does. */
export function withoutControlNames(text: string): string {
  return text.replace(names, (name) => `${name} `);
}
