/** Addresses of repositories, as git reads them. Pure. */

/** A repository at an address of git, on any server. */
export interface GitAddress {
  /** As git takes it, without a trailing slash; it holds no password. */
  readonly address: string;
  readonly host: string;
  /** On the server, without `.git`. */
  readonly path: string;
  /** Branch, tag or whole hash; null for the default branch. */
  readonly reference: string | null;
}

export type ReadAddress = GitAddress | { readonly problem: string };

const byUrl = /^(?<scheme>https?|ssh|git):\/\/(?<place>[^#]*)(?:#(?<reference>.*))?$/s;
/** As scp writes it. The user is required: `name:path` alone may be a path of this machine. */
const byScp =
  /^(?<user>[\w.-]+)@(?<host>[A-Za-z0-9][\w.-]*):(?<path>[^#]+)(?:#(?<reference>.*))?$/s;
const byGitLab = /^gitlab:(?<path>[^@#]*)(?:@(?<reference>.*))?$/s;
const placeForm = /^(?:(?<user>[\w.-]+)@)?(?<host>[A-Za-z0-9][\w.-]*(?::\d{1,5})?)\/(?<path>.+)$/s;

/**
 * Reads `https://HOST/PATH[#REF]` (also http, ssh and git), `USER@HOST:PATH[#REF]` and
 * `gitlab:GROUP/NAME[@REF]`. Null for a text that is no address, and for the web address of a
 * repository on GitHub, which is read by its API.
 */
export function readGitAddress(text: string): ReadAddress | null {
  const gitLab = byGitLab.exec(text)?.groups;
  if (gitLab !== undefined) {
    const form = 'is not of the form gitlab:GROUP/NAME[@REF]';
    if (!/^[\w.-]+(?:\/[\w.-]+)+$/.test(gitLab.path ?? '')) return { problem: form };
    return checked(`https://gitlab.com/${gitLab.path}`, 'gitlab.com', gitLab);
  }
  if (/^(?:https?:\/\/|git@)github\.com[/:]/.test(text)) return null;
  const scp = byScp.exec(text)?.groups;
  if (scp !== undefined) {
    return checked(`${scp.user}@${scp.host}:${scp.path}`, scp.host ?? '', scp);
  }
  const url = byUrl.exec(text)?.groups;
  if (url === undefined) return null;
  const { scheme, place = '', reference } = url;
  const parts = placeForm.exec(place)?.groups;
  if (parts === undefined || (parts.user !== undefined && scheme !== 'ssh')) {
    return {
      problem: /^[^/]*@/.test(place)
        ? 'must hold no user or password; let a credential helper of git give them'
        : 'names no repository on a server',
    };
  }
  const { host = '', path } = parts;
  return checked(`${scheme}://${place}`, host, { path, reference });
}

interface Rest {
  readonly path?: string | undefined;
  readonly reference?: string | undefined;
}

function checked(address: string, host: string, { path = '', reference }: Rest): ReadAddress {
  const bare = path.replace(/\/+$/, '');
  if (/\.(?:tar|tgz|zip|tar\.gz|crate|jar|whl)$/i.test(bare)) {
    return { problem: 'is an archive; download it, and name the file' };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break could forge a message.
  if (bare === '' || /[\u0000-\u0020\u007f?]|(?:^|\/)\.\.(?:\/|$)/.test(bare)) {
    return { problem: 'names no repository on a server' };
  }
  if (reference !== undefined && !isGitReference(reference)) {
    return { problem: `has no branch, tag or hash behind its name: ${JSON.stringify(reference)}` };
  }
  return {
    address: address.replace(/\/+$/, ''),
    host: host.toLowerCase(),
    path: bare.replace(/^\/+/, '').replace(/\.git$/, ''),
    reference: reference ?? null,
  };
}

/** A branch, tag or hash as git allows it. */
export function isGitReference(text: string): boolean {
  return (
    text !== '' &&
    text.length <= 255 &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: git forbids them in references.
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|^-|^\/|\/$/.test(text)
  );
}
