/** Ruby: requires over declared roots, constants by lexical scope and ancestors, definers. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

const gemspec = 'Gem::Specification.new do |s|\n  s.name = "shop"\nend\n';

describe('ruby', () => {
  it('reads definitions', async () => {
    const text = `# frozen_string_literal: true
# Sells things. All of them.
module Shop
  # How many.
  LIMIT = 5
  class Cart < Base
    # What it costs.
    attr_reader :price, :tax
    def self.open(a, b = 2) = new(a)
    class << self
      def close; end
    end
    private
    def add!(item)
      item
    end
    public
    private def hide(x:) = x
  end
  Error = Class.new(StandardError)
end
class Shop::Till; end
def help; end
`;
    expect(await symbolsOf('shop.rb', text)).toEqual([
      'module Shop: module Shop',
      'constant Shop.LIMIT: LIMIT = 5',
      'class Shop.Cart: class Cart < Base',
      'field Cart.price: attr_reader :price, :tax',
      'field Cart.tax: attr_reader :price, :tax',
      'method Cart.open: def self.open(a, b = 2)',
      'method Cart.close: def close',
      'method Cart.add!: def add!(item)',
      'method Cart.hide: def hide(x:)',
      'constant Shop.Error: Error = Class.new(StandardError)',
      'class Shop::Till: class Shop::Till',
      'function help: def help',
    ]);
    const { files } = await structureOf({ 'shop.rb': text });
    const symbols = new Map(files[0]?.symbols.map((symbol) => [symbol.name, symbol]));
    expect(symbols.get('Shop')).toMatchObject({ doc: 'Sells things.', startLine: 3, endLine: 21 });
    expect(symbols.get('price')?.doc).toBe('What it costs.');
    const hidden = [...symbols.values()].filter(({ exported }) => !exported);
    expect(hidden.map(({ name }) => name)).toEqual(['add!', 'hide']);
  });

  it.each<[string, Files, string[]]>([
    [
      'requires: from the file, the load path, test folders, another gem that is named',
      {
        'shop.gemspec': `${gemspec}# s.add_dependency "till"\n`,
        'till/till.gemspec': 'Gem::Specification.new { |s| s.require_paths = ["ruby"] }\n',
        'till/ruby/till.rb': '',
        'lib/shop.rb': 'require "shop/cart"\nrequire "till"\nautoload :Item, "shop/item"\n',
        'lib/shop/cart.rb': "require_relative 'item'\nload File.join(__dir__, '../x.rb')\n",
        'lib/shop/item.rb': "require File.expand_path('../../x', __FILE__)\n",
        'lib/x.rb': '',
        'test/test_helper.rb': '$:.unshift File.expand_path("support", __dir__)\n',
        'test/support/fake.rb': '',
        'test/shop_test.rb': 'require "test_helper"\nrequire "shop"\nrequire "fake"\n',
      },
      [
        'lib/shop.rb -> lib/shop/cart.rb [import]',
        'lib/shop.rb -> lib/shop/item.rb [re-export] Item',
        'lib/shop.rb -> till/ruby/till.rb [import]',
        'lib/shop/cart.rb -> lib/shop/item.rb [import]',
        'lib/shop/cart.rb -> lib/x.rb [import]',
        'lib/shop/item.rb -> lib/x.rb [import]',
        'test/shop_test.rb -> lib/shop.rb [test-of]',
        'test/shop_test.rb -> test/support/fake.rb [import]',
        'test/shop_test.rb -> test/test_helper.rb [import]',
      ],
    ],
    [
      'constants: innermost scope first, then ancestors, then the top; absolute ones at the top',
      {
        'shop.gemspec': gemspec,
        'lib/a.rb': 'class Item; end\n',
        'lib/b.rb': 'module Shop; class Item; end; end\n',
        'lib/c.rb': 'module Shop; class Base; LIMIT = 1; end; end\n',
        'lib/d.rb': 'module Shop; class Cart < Base; Item.new(LIMIT); end; end\n',
        'lib/e.rb': 'module Shop; class E; ::Item.new; end; end\n',
        'lib/f.rb': 'class Shop::Till; Item.new; end\n',
      },
      [
        'lib/d.rb -> lib/b.rb [same-package] Item',
        'lib/d.rb -> lib/c.rb [same-package] Base,LIMIT',
        'lib/e.rb -> lib/a.rb [same-package] Item',
        'lib/f.rb -> lib/a.rb [same-package] Item',
      ],
    ],
    [
      'the file that defines a module, not those that put others into it or reopen it',
      {
        'shop.gemspec': gemspec,
        'lib/shop.rb': 'module Shop; def self.open; end; end\n',
        'lib/shop/cart.rb': 'module Shop; class Cart; def a; end; end; end\n',
        'lib/shop/more.rb': 'module Shop; class Cart; def b; end; end; end\n',
        'lib/main.rb': 'Shop.open(Shop::Cart)\n',
      },
      [
        'lib/main.rb -> lib/shop.rb [same-package] Shop',
        'lib/main.rb -> lib/shop/cart.rb [same-package] Cart',
      ],
    ],
    [
      'modules of gems that are opened here stay foreign; what is added to them does not',
      {
        'shop.gemspec': gemspec,
        'lib/shop/railtie.rb': 'module I18n; class Railtie < Rails::Railtie; end; end\n',
        'lib/shop/formats.rb': 'class Time; FORMATS = {}; end\n',
        'lib/main.rb': 'I18n.load(Time.now, I18n::Railtie)\n',
        'lib/show.rb': 'Time.now(Time::FORMATS)\n',
      },
      [
        'lib/main.rb -> lib/shop/railtie.rb [same-package] Railtie',
        'lib/show.rb -> lib/shop/formats.rb [same-package] FORMATS',
      ],
    ],
    [
      'an absolute ancestor, from within a module of the same name',
      {
        'shop.gemspec': gemspec,
        'lib/shop.rb': 'module Shop; def self.open; end; end\n',
        'lib/shop/options.rb': 'module Shop; module Options; X = 1; end; end\n',
        'lib/shop/parser/shop.rb':
          'module Shop; module Parser; class Shop; include ::Shop; def a; end; end; end; end\n',
        'lib/shop/parser/base.rb':
          'module Shop; module Parser; class Base; Shop::Options::X; end; end; end\n',
      },
      ['lib/shop/parser/base.rb -> lib/shop/options.rb [same-package] X'],
    ],
    [
      'Rails: any folder of app, whatever the inflection; tests are not seen from sources',
      {
        'config/application.rb': 'module Shop; class Application < Rails::Application; end; end\n',
        'app/models/concerns/html_able.rb': 'module HTMLAble; end\n',
        'app/models/item.rb': 'class Item < ApplicationRecord; include HTMLAble; end\n',
        'app/controllers/items_controller.rb': 'class ItemsController; Item.all(Fake); end\n',
        'test/models/item_test.rb': 'class Fake; end\nItem.new\n',
        'lib/tasks/seed.rake': 'task(:seed) { Item.create }\n',
      },
      [
        'app/controllers/items_controller.rb -> app/models/item.rb [same-package] Item',
        'app/models/item.rb -> app/models/concerns/html_able.rb [same-package] HTMLAble',
        'lib/tasks/seed.rake -> app/models/item.rb [same-package] Item',
        'test/models/item_test.rb -> app/models/item.rb [test-of] Item',
      ],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('reports what should be there, and what only a run can tell', async () => {
    const { unresolved } = await structureOf({
      'shop.gemspec': gemspec,
      'lib/shop/a.rb': 'require_relative "gone"\nrequire "shop/gone"\nrequire "x/#{name}"\n',
    });
    expect(unresolved.map(({ specifier, reason }) => [specifier, reason])).toEqual([
      ['"x/#{name}"', 'the path is computed when the program runs'],
      ['gone', 'no such file in the repository'],
      ['shop/gone', 'no such file on the load path of its gem'],
    ]);
  });
});
