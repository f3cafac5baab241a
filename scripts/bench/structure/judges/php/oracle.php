<?php
/**
 * Edges of a PHP repository by nikic/php-parser, which resolves names, and by composer's own class
 * loader over what `composer dump-autoload --optimize` wrote. Arguments: the repository, then the
 * folders that composer was run in. Prints the JSON that verdict.ts reads.
 */
require 'PhpParser/autoload.php';
$root = realpath($argv[1]);

use PhpParser\Node;

/** Folders of the repository that have a composer.json and were given to composer. */
$packages = array_map('realpath', array_slice($argv, 2));
require_once "{$packages[0]}/vendor/composer/ClassLoader.php";
$loader = new Composer\Autoload\ClassLoader();
$always = [];
foreach ($packages as $package) {
    $tables = "$package/vendor/composer/autoload";
    $loader->addClassMap(require "{$tables}_classmap.php");
    foreach (require "{$tables}_psr4.php" as $prefix => $folders) {
        $loader->addPsr4($prefix, $folders);
    }
    foreach (require "{$tables}_namespaces.php" as $prefix => $folders) {
        $loader->add($prefix, $folders);
    }
    $files = is_file("{$tables}_files.php") ? array_values(require "{$tables}_files.php") : [];
    $always = array_merge($always, array_map('realpath', $files));
}

/** Files of the repository that php parses. */
function phpFiles(string $root): array
{
    $all = new RecursiveIteratorIterator(
        new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS),
    );
    $found = [];
    foreach ($all as $file) {
        $path = $file->getPathname();
        if ($file->isLink() || !str_ends_with($path, '.php')) continue;
        if (!str_contains($path, '/vendor/')) $found[] = $path;
    }
    sort($found);
    return $found;
}

/** Collects what a file declares and uses, by full names. */
class Reader extends PhpParser\NodeVisitorAbstract
{
    public array $classes = [];
    public array $functions = [];
    public array $declared = [];
    public array $includes = [];
    private array $callees = [];

    public function __construct(private string $path) {}

    public function enterNode(Node $node)
    {
        if ($node instanceof Node\Expr\FuncCall && $node->name instanceof Node\Name) {
            $this->callees[spl_object_id($node->name)] = true;
            $full = $node->name->getAttribute('namespacedName');
            $this->functions[] = [$full?->toString(), $node->name->toString()];
        } elseif ($node instanceof Node\Expr\ConstFetch) {
            $this->callees[spl_object_id($node->name)] = true;
        } elseif ($node instanceof Node\Stmt\Use_ || $node instanceof Node\Stmt\GroupUse) {
            $prefix = $node instanceof Node\Stmt\GroupUse ? $node->prefix->toString() . '\\' : '';
            foreach ($node->uses as $use) {
                $kind = $node->type ?: $use->type;
                $name = $prefix . $use->name->toString();
                if ($kind === Node\Stmt\Use_::TYPE_NORMAL) $this->classes[] = $name;
                if ($kind === Node\Stmt\Use_::TYPE_FUNCTION) $this->functions[] = [$name, $name];
            }
        } elseif ($node instanceof Node\Name\FullyQualified) {
            if (!isset($this->callees[spl_object_id($node)])) $this->classes[] = $node->toString();
        } elseif ($node instanceof Node\Stmt\Function_) {
            $this->declared[] = $node->namespacedName->toString();
        } elseif ($node instanceof Node\Expr\Include_) {
            $this->includes[] = $this->pathOf($node->expr);
        }
    }

    private function pathOf(Node\Expr $node): ?string
    {
        $values = new PhpParser\ConstExprEvaluator(function (Node\Expr $inner) {
            if ($inner instanceof Node\Scalar\MagicConst\Dir) return dirname($this->path);
            if ($inner instanceof Node\Scalar\MagicConst\File) return $this->path;
            if ($inner instanceof Node\Expr\FuncCall && $inner->name instanceof Node\Name
                && $inner->name->toString() === 'dirname') {
                $given = array_map(fn ($argument) => $this->pathOf($argument->value), $inner->args);
                return dirname($given[0] ?? '', (int) ($given[1] ?? 1));
            }
            throw new PhpParser\ConstExprEvaluationException('computed');
        });
        try {
            return (string) $values->evaluateSilently($node);
        } catch (PhpParser\ConstExprEvaluationException) {
            return null;
        }
    }
}

$parser = (new PhpParser\ParserFactory())->create(PhpParser\ParserFactory::ONLY_PHP7);
$readers = [];
$functions = [];
foreach (phpFiles($root) as $path) {
    $traverser = new PhpParser\NodeTraverser();
    $reader = new Reader($path);
    // Names are replaced on the way in, so callees are recognised by their resolved nodes.
    $traverser->addVisitor(new PhpParser\NodeVisitor\NameResolver());
    $traverser->addVisitor($reader);
    try {
        $traverser->traverse($parser->parse(file_get_contents($path)) ?? []);
    } catch (PhpParser\Error $error) {
        fwrite(STDERR, "$path: {$error->getMessage()}\n");
        continue;
    }
    $readers[$path] = $reader;
    foreach (in_array($path, $always, true) ? $reader->declared : [] as $name) {
        $functions[strtolower($name)] ??= $path;
    }
}

$edges = [];
foreach ($readers as $path => $reader) {
    $targets = [];
    foreach ($reader->classes as $name) $targets[] = ['class', $loader->findFile($name)];
    foreach ($reader->functions as [$full, $short]) {
        $file = $functions[strtolower($full ?? $short)] ?? $functions[strtolower($short)] ?? null;
        $targets[] = ['function', $file];
    }
    foreach ($reader->includes as $included) {
        $isAbsolute = $included !== null && str_starts_with($included, '/');
        if ($included === null) continue;
        $targets[] = ['include', $isAbsolute ? $included : dirname($path) . "/$included"];
    }
    foreach ($targets as [$via, $target]) {
        $target = $target ? realpath($target) : false;
        if (!$target || $target === $path || !isset($readers[$target])) continue;
        $from = substr($path, strlen($root) + 1);
        $to = substr($target, strlen($root) + 1);
        $edges["$from\0$to"] ??= [$from, $to, $via, true];
    }
}
echo json_encode([
    'judged' => array_map(fn ($path) => substr($path, strlen($root) + 1), array_keys($readers)),
    'edges' => array_values($edges),
]);
