/** Reads what others send within bounds, because a hostile one may send without end. */

/** The bytes of an answer; null where it has more than it may. */
export async function readBounded(response: Response, bytesMax: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The answer, for who reads it elsewhere: reading fails where it has more than it may. */
export function boundAnswer(response: Response, bytesMax: number): Response {
  const { status, statusText, headers } = response;
  const body = response.body?.pipeThrough(bounded(bytesMax)) ?? null;
  return new Response(body, { status, statusText, headers });
}

function bounded(bytesMax: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength;
      if (bytes <= bytesMax) controller.enqueue(chunk);
      else controller.error(new Error(`the answer has more than ${bytesMax} bytes`));
    },
  });
}

/** The lines of a stream, trimmed and without empty ones; null for each that is too long. */
export async function* linesWithin(
  stream: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<string | null, void, void> {
  let [parts, bytes]: [Uint8Array[], number] = [[], 0];
  const ended = () => {
    const line = bytes > lineBytesMax ? null : Buffer.concat(parts).toString('utf8').trim();
    [parts, bytes] = [[], 0];
    return line;
  };
  const take = (part: Uint8Array) => {
    bytes += part.byteLength;
    if (bytes <= lineBytesMax) parts.push(part);
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, at));
      const line = ended();
      if (line !== '') yield line;
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  const last = ended();
  if (last !== '') yield last;
}
