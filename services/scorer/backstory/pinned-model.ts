/**
 * A model pinned to its configuration: `NAME@HASH`, the hash being the first 12 or more digits of
 * what the service names. So a run knows before it reaches any server which scores it compares
 * (I4), and no server with other weights, kernels or number formats can answer in between. Pure.
 */

export interface PinnedModel {
  readonly name: string;
  /** 12 to 64 hexadecimal digits. */
  readonly configuration: string;
}

export function parsePinned(text: string): PinnedModel | null {
  const parts = /^(?<name>.+)@(?<configuration>[0-9a-f]{12,64})$/.exec(text)?.groups;
  const { name, configuration } = parts ?? {};
  return name === undefined || configuration === undefined ? null : { name, configuration };
}

/** What to set for a server. */
export function pinnedName(model: string, configuration: string): string {
  return `${model}@${configuration.slice(0, 16)}`;
}
