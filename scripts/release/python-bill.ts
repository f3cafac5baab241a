/**
 * The bill of materials of a wheel, as CycloneDX: what it declares and all that this needs, at the
 * versions and with the hashes that are locked. Extras are left to whoever asks for them. Pure.
 */
import { closureOf, declaredNames, type LockedRequirement, normalized } from './requirements.ts';

export interface WheelFacts {
  readonly name: string;
  readonly version: string;
  /** Its pyproject.toml. */
  readonly project: string;
  /** The other packages of this release, which no lock names. */
  readonly ours: readonly string[];
}

/** The document for a wheel; the same release gives the same bytes. */
export function wheelBill(wheel: WheelFacts, locked: readonly LockedRequirement[]): object {
  const declared = declaredNames(wheel.project);
  const known = new Set([...locked.map(({ name }) => name), ...wheel.ours.map(normalized)]);
  const unknown = declared.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`the lock lacks ${unknown.join(', ')} of ${wheel.name}`);
  const needed = closureOf(declared, locked);
  const own = wheel.ours.filter((name) => declared.includes(normalized(name)));
  const refsOf = (isWanted: (each: LockedRequirement) => boolean) =>
    needed.filter(isWanted).map(refOf);
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: component({ ...wheel, type: 'application' }) },
    components: [
      ...own.map((name) => component({ name, version: wheel.version })),
      ...needed.map((each) => ({
        ...component(each),
        externalReferences: [
          {
            type: 'distribution',
            url: refOf(each),
            hashes: each.hashes.map((content) => ({ alg: 'SHA-256', content })),
          },
        ],
        ...(each.marker === null
          ? {}
          : { properties: [{ name: 'backstory:marker', value: each.marker }] }),
      })),
    ],
    dependencies: [
      {
        ref: refOf(wheel),
        dependsOn: [
          ...own.map((name) => refOf({ name, version: wheel.version })),
          ...refsOf(({ name }) => declared.includes(name)),
        ],
      },
      ...needed.map((each) => ({
        ref: refOf(each),
        dependsOn: refsOf(({ via }) => via.includes(each.name)),
      })),
    ],
  };
}

type Named = Pick<LockedRequirement, 'name' | 'version'>;

/** The package URL. */
function refOf({ name, version }: Named): string {
  return `pkg:pypi/${normalized(name)}@${version}`;
}

function component({ name, version, type = 'library' }: Named & { readonly type?: string }) {
  const purl = refOf({ name, version });
  return { 'bom-ref': purl, type, name, version, purl };
}
