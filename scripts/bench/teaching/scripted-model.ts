/** A server that answers at the lengths that are asked for, and counts in the output's tokens. */
import { sha256 } from '../../../services/runtime/ids.ts';
import { openTokenizer } from '../../../services/stages/sink/tokens/tokenizer.ts';
import { answerAsAsked, reasonAsAsked } from '../../../test/services/teacher/answers-as-asked.ts';
import {
  type ChatMessage,
  type FakeOpenAi,
  startFakeOpenAi,
  textOf,
} from '../../../test/services/teacher/fake-openai-server.ts';

export interface ScriptedModel extends FakeOpenAi {
  /** Of a prompt that was sent. */
  tokensOf(messages: readonly ChatMessage[]): number;
}

/** Its tokens are those of the output's tokenizer; of reasoning there are about so many. */
export async function startScriptedModel(reasoningTokens = 0): Promise<ScriptedModel> {
  const tokenizer = await openTokenizer('', '');
  const counted = new Map<string, number>();
  const countTokens = async (text: string) => {
    const [ids] = await tokenizer.encode([text]);
    counted.set(sha256(text), ids?.length ?? 0);
    return ids?.length ?? 0;
  };
  const respond = (messages: readonly ChatMessage[]) =>
    reasonAsAsked(messages, reasoningTokens) + answerAsAsked(messages);
  const server = await startFakeOpenAi({ respond, countTokens });
  return {
    ...server,
    tokensOf: (messages) => counted.get(sha256(textOf(messages))) ?? 0,
    close: async () => {
      await server.close();
      await tokenizer.close();
    },
  };
}
