/** PHP: full names decided in the file, composer's autoloading, includes. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

const composer = JSON.stringify({
  name: 'acme/shop',
  autoload: { 'psr-4': { 'Shop\\': 'src/' }, classmap: ['legacy'], files: ['src/helpers.php'] },
  'autoload-dev': { 'psr-4': { 'Shop\\Tests\\': 'tests' } },
});

describe('php', () => {
  it('reads definitions', async () => {
    const text = `<?php
namespace Shop\\Models;

/**
 * A user. It buys.
 * @author me
 */
#[Table('users')]
abstract class User extends Base implements Buyer
{
    use Loyal;
    const LIMIT = 5;
    private ?string $name = null;
    public function __construct(private readonly Id $id) {}
    protected static function make(int|string $x): static { return new static($x); }
}
interface Buyer {}
trait Loyal {}
enum Suit: string { case Hearts = 'H'; }
if (!function_exists('helper')) {
    function helper(int $a): bool { return true; }
}
const TOP = 1;
define('WHOLE', 2);
`;
    expect(await symbolsOf('User.php', text)).toEqual([
      "class User: #[Table('users')] abstract class User extends Base implements Buyer",
      'field User.LIMIT: const LIMIT = 5',
      'field User.name: private ?string $name = null',
      'method User.__construct: public function __construct(private readonly Id $id)',
      'method User.make: protected static function make(int|string $x): static',
      'interface Buyer: interface Buyer',
      'trait Loyal: trait Loyal',
      'enum Suit: enum Suit: string',
      "field Suit.Hearts: case Hearts = 'H'",
      'function helper: function helper(int $a): bool',
      'constant TOP: const TOP = 1',
      "constant WHOLE: define('WHOLE', 2)",
    ]);
    const { files } = await structureOf({ 'User.php': text });
    const [user, , name] = files[0]?.symbols ?? [];
    expect(user).toMatchObject({ doc: 'A user.', startLine: 8, endLine: 16 });
    expect(name?.exported).toBe(false);
  });

  it.each<[string, Files, string[]]>([
    [
      'use statements, grouped and renamed; same namespace; full names',
      {
        'composer.json': composer,
        'src/A.php': '<?php namespace Shop; class A {}',
        'src/Deep/B.php': '<?php namespace Shop\\Deep; class B {}',
        'src/Deep/C.php': '<?php namespace Shop\\Deep; interface C { const X = 1; }',
        'src/Deep/D.php': '<?php namespace Shop\\Deep; trait D {}',
        'src/Main.php':
          '<?php namespace Shop; use Shop\\Deep\\{B, C as See}; use Shop\\Deep;\n' +
          'class Main extends B { use Deep\\D; function f(A $a) { return See::X; } }',
        'tests/MainTest.php':
          '<?php namespace Shop\\Tests; class MainTest { public ?\\Shop\\Main $main; }',
      },
      [
        'src/Main.php -> src/A.php [same-package] A',
        'src/Main.php -> src/Deep/B.php [import] B',
        'src/Main.php -> src/Deep/C.php [import] C',
        'src/Main.php -> src/Deep/D.php [import] D',
        'tests/MainTest.php -> src/Main.php [test-of] Main',
      ],
    ],
    [
      'every place where a type may stand; none in comments, strings and members',
      {
        'composer.json': composer,
        ...Object.fromEntries(
          'Attr Param Ret Made Caught Is Stat Prop Arrow Con Str Member'
            .split(' ')
            .map((name) => [`src/${name}.php`, `<?php namespace Shop; class ${name} {}`]),
        ),
        'src/Main.php': `<?php namespace Shop;
          #[Attr(1)] class Main {
            private Prop $p;
            // Con
            const Con = "Str {$x->Member}";
            function f(?Param $a): int|Ret {
              try { $b = new Made; } catch (\\E | Caught $e) { return $b instanceof Is; }
              $c = fn (Arrow $x) => $this->Member();
              return <<<X
              Str::y() { 'Str' }
              X . Stat::$y;
            }
          }`,
      },
      ['Arrow', 'Attr', 'Caught', 'Is', 'Made', 'Param', 'Prop', 'Ret', 'Stat'].map(
        (name) => `src/Main.php -> src/${name}.php [same-package] ${name}`,
      ),
    ],
    [
      'functions of files that are always loaded, classmap, PSR-0, includes',
      {
        'composer.json': composer,
        'old/composer.json': '{"autoload": {"psr-0": {"Old_": "lib"}}}',
        'old/lib/Old/Thing.php': '<?php class Old_Thing {}',
        'legacy/anything.php': '<?php class Legacy {}',
        'src/helpers.php': '<?php function shout($x) {}',
        'src/config.php': '<?php return [];',
        'src/Main.php':
          '<?php namespace Shop; shout(new \\Legacy, \\Old_Thing::class);\n' +
          "require_once dirname(__DIR__) . '/boot.php'; return include 'config.php';",
        'boot.php': '<?php',
      },
      [
        'src/Main.php -> boot.php [include]',
        'src/Main.php -> legacy/anything.php [import] Legacy',
        'src/Main.php -> old/lib/Old/Thing.php [import] Old_Thing',
        'src/Main.php -> src/config.php [include]',
        'src/Main.php -> src/helpers.php [same-package] shout',
      ],
    ],
    [
      'of two declarations the one that is autoloaded; a test stands in for nothing',
      {
        'composer.json': composer,
        'src/A.php': '<?php namespace Shop; class A { function f() { return mail(); } }',
        'stubs/A.php': '<?php namespace Shop; class A {}',
        'tests/ATest.php': '<?php namespace Shop { function mail() {} new A; }',
      },
      ['tests/ATest.php -> src/A.php [test-of] A'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('reports what should be there, and what only a run can tell', async () => {
    const { unresolved } = await structureOf({
      'composer.json': composer,
      'src/A.php': "<?php use Shop\\Gone; require $x . '/y.php'; require __DIR__ . '/z.php';",
    });
    expect(unresolved).toEqual([
      {
        from: 'src/A.php',
        specifier: "$x . '/y.php'",
        reason: 'the path is computed when the program runs',
      },
      {
        from: 'src/A.php',
        specifier: 'Shop\\Gone',
        reason: 'no file that is autoloaded declares it',
      },
      { from: 'src/A.php', specifier: 'z.php', reason: 'no such file in the repository' },
    ]);
  });

  it('reads wildcards of a classmap, and reports what several packages declare', async () => {
    const packageOf = (name: string) =>
      JSON.stringify({ name, autoload: { 'psr-4': { 'X\\': 'src' } } });
    const files = {
      'composer.json': '{"autoload": {"psr-4": {"App\\\\": "app"}, "classmap": ["mods/*/inc"]}}',
      'mods/m/inc/old.php': '<?php class Old {}',
      'a/composer.json': packageOf('x/a'),
      'a/src/K.php': '<?php namespace X; class K {}',
      'b/composer.json': packageOf('x/b'),
      'b/src/K.php': '<?php namespace X; class K {}',
      'app/M.php': '<?php namespace App; class M extends \\X\\K { public \\Old $o; }',
    };
    expect(await edgesOf(files)).toEqual(['app/M.php -> mods/m/inc/old.php [import] Old']);
    const { unresolved } = await structureOf(files);
    const reason = 'several files that are autoloaded declare it';
    expect(unresolved).toEqual([{ from: 'app/M.php', specifier: 'X\\K', reason }]);
  });
});
