/**
 * Repositories in which an external import looks like a file that is here: the path of the file
 * ends as the import does. Every parsed language has one, here or in its own test.
 */
import { expect } from 'vitest';
import type { ParsedLanguageName } from '../../../../schemas/languages/languages.ts';
import { type Files, structureOf } from './structure-of.ts';

export interface Decoy {
  readonly files: Files;
  readonly externals: readonly string[];
}

/** The import leads to no file, though one ends as it does. */
export async function expectDecoyed(language: string, { files, externals }: Decoy): Promise<void> {
  const { edges, files: structures } = await structureOf(files);
  const main = structures.find(({ externals: found }) => found.length > 0);
  expect(main?.language).toBe(language);
  expect(main?.externals).toEqual(externals);
  expect(edges.filter(({ from }) => from === main?.path)).toEqual([]);
}

export const decoys: Readonly<Partial<Record<ParsedLanguageName, readonly Decoy[]>>> = {
  python: [
    {
      files: {
        'pyproject.toml': '[project]\nname = "shop"\n',
        'shop/__init__.py': '',
        'shop/apps.py': 'x = 1\n',
        'shop/requests/api.py': 'def get(): pass\n',
        'vendor/django/__init__.py': '',
        'vendor/django/apps.py': 'class AppConfig: pass\n',
        'shop/main.py':
          'from django.apps import AppConfig\nimport requests.api\nimport apps\nrequests.api.get()\n',
      },
      externals: ['apps', 'django', 'requests'],
    },
    {
      files: {
        'setup.py': "setup(packages=find_packages(ROOT), install_requires=['attr'])\n",
        'one/deep/django/__init__.py': '',
        'two/deep/django/__init__.py': '',
        'sys.py': '',
        'shop/main.py': 'import sys\nfrom django.apps import AppConfig\nimport deep.django\n',
      },
      externals: ['deep', 'django', 'sys'],
    },
  ],
  typescript: [
    {
      files: {
        'package.json': '{"name": "shop", "dependencies": {"react": "1"}}',
        'src/react/index.ts': 'export const useState = 1;\n',
        'src/lib/utils.ts': 'export const pick = 1;\n',
        'fixtures/react/package.json': '{"name": "react", "main": "index.js"}',
        'fixtures/react/index.js': 'exports.useState = 1;\n',
        'src/main.ts':
          "import { useState } from 'react';\nimport { pick } from '@acme/lib/utils';\n" +
          "import { x } from 'lib/utils';\nconsole.log(useState, pick, x);\n",
      },
      externals: ['@acme/lib', 'lib', 'react'],
    },
    {
      files: {
        'package.json': '{"name": "shop", "dependencies": {"react-native": "1"}}',
        'src/Press.ios.tsx': 'export const Press = 1;\n',
        'Press.native.tsx': 'export const Press = 1;\n',
        'src/lib/stores.ts': 'export const page = 1;\n',
        'src/main.ts': "import { Press } from 'Press';\nimport { page } from '$app/lib/stores';\n",
      },
      externals: ['$app', 'Press'],
    },
  ],
  javascript: [
    {
      files: {
        'package.json': '{"name": "shop"}',
        'lib/debug.js': 'module.exports = 1;\n',
        'lib/express/lib/router.js': 'exports.Router = 1;\n',
        'lib/main.js': "const debug = require('debug');\nrequire('express/lib/router');\n",
      },
      externals: ['debug', 'express'],
    },
    {
      files: {
        'package.json': '{"name": "shop", "type": "module"}',
        'lib/plugin/index.cjs': 'module.exports = 1;\n',
        'plugin.cjs': 'module.exports = 1;\n',
        'lib/main.js': "import 'plugin';\nimport 'lib/plugin';\n",
      },
      externals: ['lib', 'plugin'],
    },
  ],
  go: [
    {
      files: {
        'go.mod': 'module example.com/shop\n\ngo 1.22\n',
        'errors/errors.go': 'package errors\n\nfunc Wrap() {}\n',
        'pkg/errors/errors.go': 'package errors\n\nfunc New() {}\n',
        'main.go':
          'package main\n\nimport (\n\t"errors"\n\tpkg "github.com/pkg/errors"\n)\n\n' +
          'func main() {\n\terrors.New("")\n\tpkg.New("")\n}\n',
      },
      externals: ['errors', 'github.com/pkg/errors'],
    },
    {
      files: {
        'go.work': 'go 1.22\n\nuse ./app\n',
        'app/go.mod': 'module example.com/shop/app\n',
        'lib/go.mod': 'module example.com/shop/lib\n',
        'lib/text/text.go': 'package text\n\nfunc F() {}\n',
        'app/main.go':
          'package main\n\nimport (\n\t"example.com/shop/lib/text"\n' +
          '\t"example.com/other/app/main"\n)\n\n' +
          'func main() { text.F(); main.G() }\n',
      },
      externals: ['example.com/other/app/main', 'example.com/shop/lib/text'],
    },
  ],
  java: [
    {
      files: {
        'src/com/shop/guava/collect/Lists.java':
          'package com.shop.guava.collect;\npublic class Lists {}\n',
        'src/com/shop/Main.java':
          'package com.shop;\nimport com.google.guava.collect.Lists;\nimport java.util.List;\n' +
          'class Main { List<Lists> all; }\n',
        'src/com/other/List.java': 'package com.other;\npublic class List {}\n',
      },
      externals: ['com.google.guava.collect', 'java.util'],
    },
  ],
  rust: [
    {
      files: {
        'Cargo.toml': '[package]\nname = "shop"\nedition = "2021"\n',
        'src/lib.rs': 'mod serde;\nmod main_part;\n',
        'src/serde.rs': 'pub mod de;\n',
        'src/serde/de.rs': 'pub struct Error;\n',
        'src/main_part.rs': 'use ::serde::de::Error;\nuse tokio::serde::de::Other;\n',
        'vendor/tokio/Cargo.toml': '[package]\nname = "tokio"\n',
        'vendor/tokio/src/lib.rs': 'pub mod serde;\n',
      },
      externals: ['serde', 'tokio'],
    },
    {
      files: {
        'Cargo.toml': '[workspace]\nmembers = ["app", "core"]\n',
        'core/Cargo.toml': '[package]\nname = "geo-core"\n',
        'core/src/lib.rs': 'pub fn area() {}\n',
        'app/Cargo.toml':
          '[package]\nname = "app"\nedition = "2021"\n[dependencies]\ngeo-core = "1"\n',
        'app/src/main.rs': 'use geo_core::area;\nuse core::mem::swap;\nfn main() { area(); }\n',
      },
      externals: ['core', 'geo_core'],
    },
  ],
  c: [
    {
      files: {
        'src/vendor/zlib.h': 'int inflate(void);\n',
        'src/string.h': 'int own(void);\n',
        'lib/json/json.h': 'int parse(void);\n',
        'src/main.c': '#include <zlib.h>\n#include <string.h>\n#include <json/json.h>\n',
      },
      externals: ['json/json.h', 'string.h', 'zlib.h'],
    },
    {
      files: {
        Makefile: 'CFLAGS += -I$(PREFIX)/include -I$(ZLIB_INC) -I/opt/x $(shell y-config)\n',
        'vendor/zlib.h': 'int inflate(void);\n',
        'opt/x/x.h': 'int x(void);\n',
        'deep/include/y.h': 'int y(void);\n',
        'src/main.c': '#include <zlib.h>\n#include <x.h>\n#include <y.h>\n',
      },
      externals: ['x.h', 'y.h', 'zlib.h'],
    },
  ],
  cpp: [
    {
      files: {
        'src/vector': '',
        'third/boost/any.hpp': 'class any {};\n',
        'third/gtest/gtest.h': 'class Test {};\n',
        'src/main.cpp': '#include <vector>\n#include <boost/any.hpp>\n#include "gtest/gtest.h"\n',
      },
      externals: ['boost/any.hpp', 'gtest/gtest.h', 'vector'],
    },
    {
      files: {
        'CMakeLists.txt':
          'add_library(core core.cpp)\ntarget_include_directories(core PRIVATE hidden/deep)\n' +
          'include_directories($<INSTALL_INTERFACE:far/open>)\n',
        'far/open/any.hpp': 'class any {};\n',
        'app/CMakeLists.txt': 'add_executable(app main.cpp)\n',
        'app/main.cpp': '#include <vector>\n#include <any.hpp>\n',
      },
      externals: ['any.hpp', 'vector'],
    },
  ],
  php: [
    {
      files: {
        'composer.json': '{"autoload": {"psr-4": {"Shop\\\\": "src/"}}}',
        'src/Psr/Log/LoggerInterface.php':
          '<?php namespace Shop\\Psr\\Log; interface LoggerInterface {}\n',
        'src/Carbon.php': '<?php namespace Shop\\Dates; class Carbon {}\n',
        'lib/DateTime.php': '<?php class DateTime {}\n',
        'src/Main.php':
          '<?php\nnamespace Shop;\nuse Psr\\Log\\LoggerInterface;\nuse Carbon\\Carbon;\n' +
          'class Main { function f(LoggerInterface $l, \\DateTime $d) { return Carbon::now(); } }\n',
      },
      externals: ['Carbon', 'Psr'],
    },
  ],
  ruby: [
    {
      files: {
        'shop.gemspec': 'Gem::Specification.new { |s| s.name = "shop" }\n',
        'lib/shop/json.rb': 'module Shop; module Wire; end; end\n',
        'vendor/json/add/core.rb': 'module JSON; def self.add; end; end\n',
        'fixtures/nokogiri.rb': 'module Nokogiri; def self.parse; end; end\n',
        'lib/core_ext/set.rb': 'class Set; def sum; end; end\n',
        'lib/shop/main.rb':
          'require "json"\nrequire "json/add/core"\nrequire "nokogiri"\nrequire "core_ext"\n' +
          'module Shop; def self.go = JSON.parse(Nokogiri::XML(Set.new)); end\n',
      },
      externals: ['json', 'nokogiri'],
    },
  ],
  kotlin: [
    {
      files: {
        'src/main/kotlin/com/shop/okio/Buffer.kt': 'package com.shop.okio\nclass Buffer\n',
        'src/main/kotlin/com/other/List.kt': 'package com.other\nclass List\nfun maxOf() = 1\n',
        'src/main/kotlin/com/shop/Main.kt':
          'package com.shop\nimport okio.Buffer\nimport kotlin.math.max as maxOf\n' +
          'class Main(val all: List<Buffer>) { fun f() = maxOf(1, 2) }\n',
      },
      externals: ['kotlin.math', 'okio'],
    },
  ],
  scala: [
    {
      files: {
        'src/main/scala/com/shop/cats/data/Chain.scala':
          'package com.shop.cats.data\nclass Chain\n',
        'src/main/scala/com/other/Future.scala': 'package com.other\nclass Future\n',
        'src/main/scala/com/shop/web/Main.scala':
          'package com.shop.web\nimport cats.data.{Chain => C, _}\n' +
          'import scala.concurrent.Future\nclass Main { val all: Future[C] = null }\n',
      },
      externals: ['cats.data', 'scala.concurrent'],
    },
  ],
  csharp: [
    {
      files: {
        'src/Shop/Shop.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>',
        'src/Shop/Json/Linq/JObject.cs': 'namespace Shop.Json.Linq;\npublic class JObject { }\n',
        'src/Other/Other.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>',
        'src/Other/Text/Encoding.cs': 'namespace Shop.Text;\npublic class Encoding { }\n',
        'src/Shop/Main.cs':
          'using Newtonsoft.Json.Linq;\nusing System.Text;\nusing O = Vendor.Json.Linq.JObject;\n' +
          'namespace Shop;\nclass Main { JObject a; O b; Encoding c; Text.Encoding d; }\n',
      },
      externals: ['Newtonsoft.Json.Linq', 'System.Text', 'Vendor.Json.Linq'],
    },
    {
      files: {
        'src/App/App.csproj':
          '<Project><ItemGroup><ProjectReference ' +
          'Include="$(MSBuildThisFileDirectory)../Core/Core.csproj"/></ItemGroup></Project>',
        'src/Core/Core.csproj': '<Project></Project>',
        'src/Core/Basket.cs': 'namespace Shop.Core;\npublic class Basket { }\n',
        'src/Other/Other.csproj': '<Project></Project>',
        'src/Other/Crate.cs': 'namespace Shop.Other;\npublic class Crate { }\n',
        'src/App/Main.cs': 'using Vendor.Core;\nclass Main { Basket a; Crate b; }\n',
      },
      externals: ['Vendor.Core'],
    },
  ],
  bash: [
    {
      files: {
        'etc/os-release': 'NAME=x\n',
        'vendor/lib/log.sh': 'log() { :; }\n',
        'bin/run.sh': '. /etc/os-release\n. "$LIB/log.sh"\nsource ~/lib/log.sh\nlog\n',
      },
      externals: ['/etc/os-release', '~/lib/log.sh'],
    },
  ],
  notebook: [
    {
      files: {
        'pyproject.toml': '[project]\nname = "shop"\n',
        'vendor/pandas/io.py': 'x = 1\n',
        'shop/main.ipynb': JSON.stringify({
          cells: [{ cell_type: 'code', source: ['from pandas.io import x\n', 'import io\n'] }],
        }),
      },
      externals: ['io', 'pandas'],
    },
  ],
};
