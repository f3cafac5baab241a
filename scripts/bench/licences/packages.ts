/**
 * Packages whose licence files `npm run bench -- licences` reads, by the clients of npm and PyPI:
 * small ones with many licences, also such that are not permissive. Nothing is built or run.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { obtainArchives } from '../corpora/fetch-packages.ts';
import { obtain } from '../structure/obtain/tools.ts';
import type { Context } from '../structure/score/oracle.ts';
import type { Permissive } from './cases.ts';

const packages = {
  npm: `@aws-amplify/core@6.19.2 @babel/core@8.1.3 @ckeditor/ckeditor5-utils@48.5.2
    @csstools/selector-specificity@6.0.1 @ethereumjs/rlp@10.1.3 @ethereumjs/util@10.1.3
    @ghostery/adblocker-extended-selectors@2.18.2 @grpc/grpc-js@1.14.7 @hapi/hoek@11.0.7
    @opentelemetry/api@1.10.0 @theia/request@1.75.0 @typescript/vfs@1.6.6
    @wordpress/a11y@4.56.0 @wordpress/dom-ready@4.56.0 @wordpress/hooks@4.56.0
    @wordpress/i18n@6.29.0 @wordpress/url@4.56.0 acorn@8.19.0 argparse@3.0.4 async@3.2.6
    axe-core@4.14.1 backbone@1.6.1 big-integer@1.6.52 bluebird@3.7.2 bn.js@5.2.5
    caniuse-lite@1.0.30001828 chalk@6.0.1 cheerio@1.2.0 chownr@3.0.0 commander@15.1.0
    core-js-pure@3.51.0 css-select@7.0.0 d3-array@3.2.5 d3-ease@3.0.2 dayjs@1.11.23 debug@4.4.3
    diff@9.0.0 domhandler@6.0.1 dompurify@3.5.0 elkjs@0.12.1 elliptic@6.6.1 entities@9.0.0
    escodegen@2.1.0 eslint-plugin-sonarjs@4.2.2 eslint-visitor-keys@5.0.1 esprima@4.0.1
    estraverse@5.3.0 esutils@2.0.3 express@5.3.0 fast-uri@4.2.4 fastify@5.12.8
    ffmpeg-static@5.3.0 glob@14.0.6 graceful-fs@4.2.12 hash.js@1.1.7 highlight.js@11.12.0
    htmlparser2@12.0.0 human-signals@8.0.1 iconv-lite@0.7.3 ieee754@1.2.1 immer@11.2.13
    inherits@2.0.4 ini@7.0.0 jackspeak@4.2.3 joi@18.3.2 jquery@4.0.0 jsxgraph@1.13.3 koa@3.3.0
    language-subtag-registry@0.4.2 leaflet@1.9.4 lodash@4.18.1 long@5.3.2 lru-cache@11.5.3
    luxon@3.7.2 marked@18.2.1 mathjs@15.2.0 mdn-data@2.37.2 mime@4.1.2 minimatch@11.0.9
    minipass@7.1.3 moment@2.31.0 ms@2.1.3 nanoid@6.0.2 once@1.4.0 package-json-from-dist@1.0.1
    parse5@8.1.1 path-scurry@3.0.0 pino@10.4.0 preact@11.2.0 protobufjs@8.8.1 qs@6.17.1
    react@19.3.1 readable-stream@4.8.0 redux@5.0.1 request@2.88.2 rimraf@6.1.4
    robust-predicates@3.0.3 rollup@4.68.8 rxjs@7.8.2 safe-buffer@5.2.1 sax@1.6.1 semver@7.8.6
    sonarqube-scanner@5.0.1 source-map@0.8.0 spdx-exceptions@2.5.0 spdx-license-ids@3.0.24
    sprintf-js@1.1.3 stream-buffers@3.0.3 string_decoder@1.3.0 tar@7.5.23 terser@5.51.4
    through2@5.0.12 tmp@0.2.7 topojson-client@3.1.0 tough-cookie@6.1.0
    truncate-utf8-bytes@1.0.2 tslib@2.9.1 tweetnacl@1.0.3 ua-parser-js@2.0.10 uglify-js@3.19.3
    underscore@1.13.8 undici@8.13.1 utf8-byte-length@1.0.5 uuid@14.0.3 vue@3.5.45
    web3-core@4.7.1 web3-errors@1.3.1 web3-eth-abi@4.4.1 web3-utils@4.3.3
    webextension-polyfill@0.12.0 which@7.0.0 winston@3.19.0 wrappy@1.0.2 ws@8.23.0
    xmlchars@2.2.0 xtend@4.0.2 yallist@5.0.0 yargs@18.2.0 zod@4.6.7`,
  pip: `ansible-core==2.19.14 anyio==4.16.0 astroid==4.3.4 attrs==26.1.0 beautifulsoup4==4.15.0
    beets==2.14.1 borgmatic==2.1.10 cairosvg==2.9.1 caldav==3.6.0 certifi==2026.10.19.post1
    cffi==2.1.1 chardet==7.7.0 click==8.5.1 cmakelang==0.6.13 codespell==2.4.3
    crytic-compile==0.4.2 cvxopt==1.3.3 decorator==5.3.1 distlib==0.4.4 docutils==0.23
    edk2-pytool-library==0.23.17 filelock==4.3.1 flask==3.1.3 fpdf2==2.8.9 gitlint-core==0.19.1
    gvm-tools==26.1.2 h11==0.16.0 html2text==2025.4.15 httpx==0.28.1 hypothesis==6.170.17
    icalendar==7.3.2 idna==3.20 jinja2==3.1.6 jsonschema==4.26.0 license-expression==30.4.4
    lxml==6.1.3 markupsafe==3.0.4 matplotlib-inline==0.2.2 msgpack==1.2.4 mutagen==1.48.1
    mwparserfromhell==0.7.2 networkx==3.6.1 numpy==2.2.0 nvidia-modelopt==0.47.0 orjson==3.13.0
    packageurl-python==0.17.6 packaging==26.4 paramiko==5.1.0 pathspec==1.1.1 pexpect==4.9.0
    pillow==13.0.0 platformdirs==4.14.8 pluggy==1.7.0 ply==3.11 prompt_toolkit==3.0.53
    psycopg==3.3.9 ptyprocess==0.7.0 pycparser==3.12 pycurl==7.49.0 pygments==2.21.0
    pyhanko==0.38.0 pylint==4.1.4 pymongo==4.20.1 pyphen==0.18.1 pyqt5_sip==12.20.0
    pyserial==3.5 pytest==9.2.0 python-dateutil==4.0.0 python-debian==1.1.1 pywikibot==11.9.0
    pyzmq==27.3.0 radicale==3.9.0 redis==8.1.0 regex==2026.11.19 reuse==4.0.3 rich==15.0.0
    scapy==2.8.0 setuptools==84.2.1 shapely==2.2.0 simplejson==4.3.0 six==1.17.0
    slither-analyzer==0.11.6 sniffio==1.3.1 spdx-tools==0.8.5 sphinx==9.0.4 sqlalchemy==2.1.9
    svglib==2.3.2 sympy==1.14.0 text-unidecode==1.3 tinycss2==1.5.1 tqdm==4.70.1 trio==0.35.0
    typecode==30.2.0 typing_extensions==4.16.0 ujson==6.1.0 unidecode==1.4.0 vobject==0.9.9
    wcwidth==0.9.4 weasyprint==70.0 werkzeug==3.1.9 wheel==0.48.0 yamllint==1.38.0
    yt-dlp==2026.10.26 zope.interface==8.7`,
};

/** The folder of archives, fetched at the first call. */
export function obtainLicensed(context: Context): Promise<string> {
  return obtainArchives('licensed', packages, context);
}

interface Rating {
  readonly licenses: readonly { readonly id: string }[];
}

/** SPDX took them up after the list was made: successors of licences that are in it. */
const successors = ['Unicode-3.0'];

/** The list of permissive licences that the Blue Oak Council keeps. */
export async function readBlueOak(context: Context): Promise<Permissive> {
  const list = {
    name: 'blueoak-list-15.0.0',
    obtain: async (folder: string) => {
      const install = ['install', '--silent', '--ignore-scripts', '--prefix', folder];
      await context.run('npm', [...install, '@blueoak/list@15.0.0']);
    },
  };
  const folder = await obtain('peers', list, context);
  const file = join(folder, 'node_modules', '@blueoak', 'list', 'index.json');
  const ratings = JSON.parse(readFileSync(file, 'utf8')) as readonly Rating[];
  const names = ratings.flatMap(({ licenses }) => licenses.map(({ id }) => id));
  const permissive = new Set([...names, ...successors]);
  return (identifier) => permissive.has(identifier);
}
