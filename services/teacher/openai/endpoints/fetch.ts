/**
 * What the openai package fetches with. It bounds what a server may send, and brings the bodies of
 * failures, which every server shapes in its own way, into the one form that the package reads.
 */
import { boundAnswer } from '../../../runtime/read-bounded.ts';

/** No answer that is asked for has so many bytes; memory is bounded, whatever a server sends. */
export const answerBytesMax = 16 * 1024 * 1024;
const failureBytesMax = 65_536;

export function fetchWithin(bytesMax: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    // Redirects are refused by whoever reads the status.
    if (response.status >= 300 && response.status < 400) return response;
    return response.ok ? boundAnswer(response, bytesMax) : readFailure(response);
  };
}

async function readFailure(response: Response): Promise<Response> {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) {
    headers.delete(name);
  }
  headers.set('content-type', 'application/json');
  const error = errorOf(await readStart(response, failureBytesMax));
  return new Response(JSON.stringify({ error }), { status, statusText, headers });
}

async function readStart(response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= bytesMax) break;
    }
  } catch {
    // The status says enough where the body breaks off.
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, bytesMax);
}

/** The fields that the openai package looks for, out of whatever a server says. */
export function errorOf(text: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { message: plainText(text) };
  }
  const first: unknown = Array.isArray(body) ? body[0] : body;
  if (typeof first !== 'object' || first === null) return { message: plainText(text) };
  const { error, ...rest } = first as Record<string, unknown>;
  if (typeof error === 'string') return { ...rest, message: error, type: rest.error_type ?? null };
  const told = typeof error === 'object' && error !== null ? error : rest;
  const fields = told as Record<string, unknown>;
  const message = [fields.message, fields.detail, fields.msg].find(
    (each) => typeof each === 'string',
  );
  return { ...fields, message: message ?? plainText(JSON.stringify(told)) };
}

/** Proxies answer with pages. */
function plainText(text: string): string {
  const bare = text
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return bare === '' ? 'it says no more' : bare;
}
