/** What may be told of an endpoint and its model, and which addresses are refused. Pure. */

/**
 * The name under which a model goes into samples and cards. A path of this machine goes as its
 * last part, so that no folder of its owner's is published; any other name goes as it is.
 */
export function publicModelName(model: string): string {
  if (!isLocalPath(model)) return model;
  const parts = model
    .split(/[/\\]+/)
    .filter((part) => !['', '.', '..', '~', 'file:'].includes(part));
  return parts.at(-1) ?? 'local-model';
}

/** An endpoint for people who watch: its host and model, without a key or a folder. */
export function endpointName(address: string, model: string): string {
  return `${new URL(address).host} ${publicModelName(model)}`;
}

/** Names of endpoints have slashes too (owner/name), but do not begin as paths do. */
export function isLocalPath(model: string): boolean {
  return /^(?:[/\\~]|\.{1,2}[/\\]|file:|[a-z]:[/\\])/i.test(model);
}

/** What is wrong with an address, or null. A key in an address would be in every message. */
export function addressProblem(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return 'must begin with http:// or https://, for example http://localhost:8000/v1';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user or password; the key belongs into the environment';
  }
  if (url.search !== '' || url.hash !== '') {
    return 'must end with its path (usually /v1), without ? or #; the key belongs into the environment';
  }
  return null;
}

/**
 * The first characters of what a server said, cut between words: a key that was cut in two could
 * not be recognised and hidden.
 */
export function shorten(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const space = text.slice(0, charsMax + 1).search(/\s\S*$/);
  return `${text.slice(0, Math.max(space, 0))} …`;
}
