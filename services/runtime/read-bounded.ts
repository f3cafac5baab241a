/** Reads answers of servers within bounds, because a hostile one may send without end. */

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
