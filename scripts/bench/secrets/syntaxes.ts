/**
 * The syntaxes in which `npm run bench -- secrets` plants a key. `@@` stands for the value,
 * `{UPPER}`, `{snake}`, `{kebab}`, `{camel}`, `{Pascal}` and `{dotted}` for its name.
 */

export interface Syntax {
  readonly syntax: string;
  readonly path: string;
  /** The text around it; its lines go between those of a real file with this extension. */
  readonly text: string;
  /** Without a name only a value with a mark of its own can be told. */
  readonly nameless?: true;
  /** A file by itself: its format does not allow foreign lines. */
  readonly whole?: true;
}

const plain = (syntax: string, path: string, text: string): Syntax => ({ syntax, path, text });
const whole = (syntax: string, path: string, text: string): Syntax => ({
  ...plain(syntax, path, text),
  whole: true,
});
const nameless = (syntax: string, path: string, text: string): Syntax => ({
  ...plain(syntax, path, text),
  nameless: true,
});

export const syntaxes: readonly Syntax[] = [
  plain('shell, export', 'deploy.sh', 'export {UPPER}="@@"\n'),
  plain('shell, bare', 'deploy.sh', '{UPPER}=@@\n'),
  plain('shell, single quotes', 'deploy.sh', "readonly {snake}='@@'\n"),
  plain('shell, before a command', 'deploy.sh', '{UPPER}=@@ ./run.sh --once\n'),
  nameless(
    'shell, header',
    'deploy.sh',
    'curl -sf -H "Authorization: Bearer @@" "$HOST/v1/items"\n',
  ),
  whole('.env', '.env', 'NODE_ENV=production\n{UPPER}=@@\nPORT=8080\n'),
  whole('.env, quoted', '.env.production', '{UPPER}="@@"\nLOG_LEVEL=info\n'),
  whole('Dockerfile, ENV', 'Dockerfile', 'FROM node:20\nENV {UPPER}=@@\nRUN npm ci\n'),
  whole('Dockerfile, ENV and space', 'Dockerfile', 'FROM node:20\nENV {UPPER} @@\nRUN npm ci\n'),
  whole('Dockerfile, ARG', 'Dockerfile', 'FROM python:3.12\nARG {UPPER}="@@"\nCOPY . .\n'),
  whole(
    'Compose, map',
    'docker-compose.yml',
    'services:\n  web:\n    environment:\n      {UPPER}: @@\n',
  ),
  whole(
    'Compose, list',
    'docker-compose.yml',
    'services:\n  web:\n    environment:\n      - {UPPER}=@@\n',
  ),
  plain('YAML', 'values.yaml', '{camel}: @@\n'),
  plain('YAML, quoted', 'values.yaml', '{snake}: "@@"\n'),
  whole('Kubernetes, env', 'pod.yaml', 'env:\n  - name: {UPPER}\n    value: "@@"\n'),
  whole('properties', 'application.properties', 'server.port=8080\napp.{kebab}=@@\n'),
  whole('properties, colon', 'application.properties', 'server.port: 8080\n{dotted}: @@\n'),
  whole('INI', 'settings.ini', '[service]\nhost = db7\n{snake} = @@\n'),
  whole('TOML', 'config.toml', '[service]\nport = 80\n{snake} = "@@"\n'),
  whole('JSON', 'config.json', '{\n  "port": 80,\n  "{camel}": "@@"\n}\n'),
  whole('JSON, one line', 'config.json', '{"port":80,"{snake}":"@@","tls":true}\n'),
  whole('Terraform', 'terraform.tfvars', 'region = "eu-west-1"\n{snake} = "@@"\n'),
  whole(
    'Terraform, default',
    'variables.tf',
    'variable "{snake}" {\n  type    = string\n  default = "@@"\n}\n',
  ),
  plain('PHP, define', 'wp-config.php', "define('{UPPER}', '@@');\n"),
  plain('PHP, array', 'config.php', "    '{snake}' => '@@',\n"),
  plain('PHP, variable', 'config.php', '$' + '{camel} = "@@";\n'),
  plain('Python', 'settings.py', "{UPPER} = '@@'\n"),
  plain('Python, call', 'client.py', 'client = Client({snake}="@@", timeout=30)\n'),
  plain('Python, map', 'settings.py', 'CONFIG["{snake}"] = "@@"\n'),
  plain('JavaScript', 'config.js', "const {camel} = '@@';\n"),
  plain('JavaScript, property', 'config.js', '  {camel}: "@@",\n'),
  plain('JavaScript, default', 'config.js', "const {camel} = process.env.{UPPER} || '@@';\n"),
  plain('TypeScript, template', 'config.ts', 'export const {UPPER}: string = `@@`;\n'),
  nameless('TypeScript, argument', 'client.ts', "const api = connect('@@', { retries: 3 });\n"),
  plain('Java', 'Config.java', '    private static final String {UPPER} = "@@";\n'),
  plain('Java, setter', 'Config.java', '    options.set{Pascal}("@@");\n'),
  plain('Kotlin', 'Config.kt', 'const val {UPPER} = "@@"\n'),
  plain('Go', 'config.go', '\t{camel} := "@@"\n'),
  plain('Go, field', 'config.go', '\t\t{Pascal}: "@@",\n'),
  plain('Ruby', 'config.rb', "  config.{snake} = '@@'\n"),
  plain('Ruby, ENV', 'config.rb', "ENV['{UPPER}'] = '@@'\n"),
  plain('C#', 'Config.cs', '    public const string {Pascal} = "@@";\n'),
  plain('Rust', 'config.rs', 'const {UPPER}: &str = "@@";\n'),
  plain('Swift', 'Config.swift', 'let {camel} = "@@"\n'),
  whole('XML, element', 'config.xml', '<config>\n  <{camel}>@@</{camel}>\n</config>\n'),
  whole(
    'XML, attribute',
    'web.config',
    '<appSettings>\n  <add key="{Pascal}" value="@@" />\n</appSettings>\n',
  ),
  plain('SQL', 'seed.sql', "INSERT INTO settings (name, value) VALUES ('{snake}', '@@');\n"),
  plain('Markdown, code', 'README.md', '```sh\nexport {UPPER}=@@\n```\n'),
  whole('GitHub workflow', 'ci.yml', 'jobs:\n  build:\n    env:\n      {UPPER}: @@\n'),
  whole('Makefile', 'Makefile', 'all: build\n{UPPER} := @@\nbuild:\n\tgo build\n'),
  plain('PowerShell', 'deploy.ps1', '$env:{UPPER} = "@@"\n'),
  whole('batch', 'deploy.bat', '@echo off\r\nset {UPPER}=@@\r\n'),
];

/** A syntax of keys that have lines. */
export interface BlockSyntax extends Syntax {
  /** What joins the lines of the key: an escape, a break with indentation, or both. */
  readonly joint: string;
}

const block = (syntax: Syntax, joint: string): BlockSyntax => ({ ...syntax, joint });

export const blockSyntaxes: readonly BlockSyntax[] = [
  block(whole('key file', 'deploy.pem', '@@\n'), '\n'),
  block(whole('key file without a name', 'id_deploy', '@@\n'), '\n'),
  block(whole('YAML, block', 'secret.yaml', 'data:\n  {snake}: |\n    @@\n'), '\n    '),
  block(
    whole('JSON, escaped', 'service-account.json', '{"{snake}": "@@\\n", "type": "x"}\n'),
    '\\n',
  ),
  block(whole('.env, escaped', '.env', '{UPPER}="@@"\nPORT=80\n'), '\\n'),
  block(whole('.env, lines', '.env', '{UPPER}="@@"\nPORT=80\n'), '\n'),
  block(plain('Python, lines', 'keys.py', '{UPPER} = """@@"""\n'), '\n'),
  block(plain('JavaScript, template', 'keys.js', 'const {camel} = `@@`;\n'), '\n'),
  block(plain('Java, concatenation', 'Keys.java', '  String {camel} = "@@";\n'), '\\n" +\n      "'),
  block(plain('Go, raw', 'keys.go', 'var {camel} = `@@`\n'), '\n'),
  block(whole('Terraform, heredoc', 'main.tf', '{snake} = <<EOT\n@@\nEOT\n'), '\n'),
  block(plain('shell, heredoc', 'keys.sh', 'cat > key.pem <<EOF\n@@\nEOF\n'), '\n'),
];
