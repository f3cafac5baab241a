# frozen_string_literal: true

# Edges of a Ruby repository by Ruby itself: every file is really loaded, requires are looked up by
# $LOAD_PATH, and constants where Ruby finds them (const_source_location). Gems that are not
# installed are stood in for by empty classes. Arguments: the repository, then folders of it that
# are on the load path. Prints the JSON that verdict.ts reads.

require 'json'
require 'set'
require 'stringio'

ROOT = File.realpath(ARGV.shift)
FOLDERS = ARGV.dup.freeze
ARGV.clear
$LOAD_PATH.unshift(*FOLDERS.map { |folder| File.join(ROOT, folder) })
TESTS = %r{(^|/)(test|spec|features)/}
OUT = $stdout.dup
NOTES = $stderr.dup
LOADED = Set.new
STAND_INS = Set.new.compare_by_identity
$stdout = $stderr = StringIO.new

def relative(path)
  path.start_with?("#{ROOT}/") ? path.delete_prefix("#{ROOT}/") : nil
end

# Records who loads what, and passes over gems that are not here.
module Recorded
  %i[require require_relative load].each do |name|
    define_method(name) do |path, *rest|
      caller = caller_locations(1, 1).first.absolute_path
      given = name == :require_relative ? File.expand_path(path.to_s, File.dirname(caller.to_s)) : path
      found = ($LOAD_PATH.resolve_feature_path(given.to_s) || []).last
      LOADED << [caller, found || given.to_s] if caller
      begin
        name == :load ? super(given, *rest) : Kernel.instance_method(:require).bind_call(self, given.to_s)
      rescue LoadError, StandardError => e
        # A gem that does not start is as good as one that is not here.
        raise if !e.is_a?(LoadError) && relative(found.to_s)

        false
      end
    end
    private name
  end
end

# Where a constant is not known, a class that takes any call stands in.
module StandIn
  def const_missing(name)
    return super unless relative(caller_locations(1, 1).first.absolute_path.to_s)

    stand_in = Class.new(StandardError) do
      def self.method_missing(name, *) = name.to_s.start_with?('to_') ? super : self
      def method_missing(name, *) = name.to_s.start_with?('to_') ? super : self
    end
    STAND_INS << stand_in
    const_set(name, stand_in)
  end

  %i[include extend prepend].each do |name|
    define_method(name) do |*modules|
      known = modules.select { |mod| mod.instance_of?(Module) }
      known.empty? ? self : super(*known)
    end
  end

  # Words that a class which is not here would have given its subclasses.
  def method_missing(name, *, **)
    name.to_s.start_with?('to_') ? super : nil
  end

  def respond_to_missing?(*) = false
end

def files
  all = FOLDERS.flat_map { |folder| Dir.glob("#{folder}/**/*.rb", base: ROOT) }.uniq.sort
  all.reject { |path| File.symlink?(File.join(ROOT, path)) || path.match?(%r{/(fixtures|source|sandbox|views)/}) }
end

def load_all
  Object.prepend(Recorded)
  Module.prepend(StandIn)
  # The words of test frameworks; their blocks are not run.
  TOPLEVEL_BINDING.receiver.define_singleton_method(:method_missing) { |*, **| nil }
  tests, sources = files.partition { |path| path.match?(TESTS) }
  (sources + tests).each do |path|
    require File.join(ROOT, path)
  rescue Exception => e # Nothing that a program does at its start may end the oracle.
    NOTES.puts "#{path}: #{e.class}: #{e.message.lines.first}"
  end
end

# What one file says: nodes are Ruby's own syntax tree.
class Reader
  attr_reader :opened, :constants, :requires

  def initialize(path)
    @path = File.join(ROOT, path)
    @lines = File.binread(@path).lines
    @opened = []
    @constants = []
    @requires = []
    visit(RubyVM::AbstractSyntaxTree.parse_file(@path), [])
  end

  private

  def visit(node, nesting)
    return node.is_a?(Array) ? node.each { |child| visit(child, nesting) } : nil unless node?(node)

    case node.type
    when :MODULE, :CLASS then visit_scope(node, nesting)
    when :CDECL then visit_assignment(node, nesting)
    when :CONST, :COLON2, :COLON3 then visit_constant(node, nesting)
    when :FCALL then visit_call(node, nesting)
    else node.children.each { |child| visit(child, nesting) }
    end
  end

  def visit_scope(node, nesting)
    cpath, *rest = node.children
    visit(cpath.children.first, nesting) if node?(cpath.children.first)
    visit(rest.first, nesting) if node.type == :CLASS
    name = source(cpath)
    body = rest.last.children.last
    opens = node.type == :MODULE || rest.first.nil? ? only_scopes?(body) : false
    @opened << [nesting, name, opens ? 0 : lines_of(node) - nested(body)]
    visit(body, [[nesting, name]] + nesting)
  end

  def lines_of(node) = node.last_lineno - node.first_lineno + 1

  # Lines that belong to modules inside.
  def nested(node)
    return 0 unless node?(node)
    return lines_of(node) if %i[MODULE CLASS].include?(node.type)

    node.children.sum { |child| nested(child) }
  end

  def only_scopes?(body)
    return false unless node?(body)
    return true if %i[MODULE CLASS].include?(body.type)

    nodes = body.children.select { |child| node?(child) && child.type != :BEGIN }
    %i[BLOCK BEGIN].include?(body.type) && nodes.any? && nodes.all? { |child| %i[MODULE CLASS].include?(child.type) }
  end

  def visit_assignment(node, nesting)
    name = node.children.first
    @opened << [nesting, node?(name) ? source(name) : name.to_s, 1]
    visit(name.children.first, nesting) if node?(name)
    visit(node.children.last, nesting)
  end

  def visit_constant(node, nesting)
    text = source(node).gsub(/\s/, '')
    if text.match?(/\A(::)?[A-Z]\w*(::[A-Z]\w*)*\z/) then @constants << [nesting, text]
    else node.children.each { |child| visit(child, nesting) }
    end
  end

  def visit_call(node, nesting)
    name, arguments = node.children
    if %i[require require_relative load autoload].include?(name) && arguments
      values = arguments.children.compact
      path = stated(name == :autoload ? values[1] : values[0])
      @requires << [name, path] if path
    end
    node.children.each { |child| visit(child, nesting) }
  end

  # A path that is written down, computed by Ruby where it only names files.
  def stated(node)
    return nil unless node?(node)

    text = source(node)
    rest = text.gsub(/File\.(expand_path|join|dirname|realpath)|__dir__|__FILE__/, '')
    return nil if rest.match?(/[a-zA-Z_]\w*\s*[.(]/) && !rest.match?(/\A[\s(]*["']/)
    return nil if rest.gsub(/"[^"#]*"|'[^']*'|"#\{\}[^"#]*"/, '').match?(/\w/)

    eval(text, TOPLEVEL_BINDING.dup, @path)
  rescue Exception
    nil
  end

  def source(node)
    first, last = node.first_lineno - 1, node.last_lineno - 1
    return @lines[first].byteslice(node.first_column...node.last_column).force_encoding('UTF-8') if first == last

    [@lines[first].byteslice(node.first_column..), *@lines[first + 1...last], @lines[last].byteslice(0...node.last_column)]
      .join.force_encoding('UTF-8')
  end

  def node?(value) = value.is_a?(RubyVM::AbstractSyntaxTree::Node)
end

# Ruby's constant lookup, with the module that holds the constant.
class Lookup
  def module_of(scope)
    nesting, name = scope
    owner, last = owner_of(nesting, name, opening: true)
    value = owner&.const_get(last, false)
    value.is_a?(Module) && !STAND_INS.include?(value) ? value : nil
  rescue Exception
    nil
  end

  def owner_of(nesting, text, opening: false)
    first, *rest = text.delete_prefix('::').split('::')
    if opening && rest.empty?
      outer = text.start_with?('::') || nesting.empty? ? Object : module_of(nesting.first)
      return outer&.const_defined?(first, false) ? [outer, first] : nil
    end
    owner = text.start_with?('::') ? Object : first_owner(nesting, first)
    rest.each do |name|
      value = owner&.const_get(first)
      return nil unless value.is_a?(Module)

      owner = value.ancestors.find { |mod| mod.const_defined?(name, false) } || (return nil)
      first = name
    end
    owner && [owner, first]
  rescue Exception
    nil
  end

  private

  def first_owner(nesting, name)
    modules = nesting.filter_map { |scope| module_of(scope) }
    modules.find { |mod| mod.const_defined?(name, false) } ||
      modules.first&.ancestors&.find { |mod| mod.const_defined?(name, false) } ||
      (Object.ancestors.find { |mod| mod.const_defined?(name, false) })
  end
end

load_all
readers = files.to_h { |path| [path, (Reader.new(path) rescue (NOTES.puts("#{path}: #{$!.message}"); nil))] }.compact
lookup = Lookup.new
openers = Hash.new { |hash, key| hash[key] = [] }
readers.each do |path, reader|
  reader.opened.each do |nesting, name, lines|
    owner, last = lookup.owner_of(nesting, name, opening: true)
    openers[[owner, last]] << [path, lines] if owner
  end
end

edges = {}
add = lambda do |from, to, via, visible|
  next if to.nil? || from == to || !readers.key?(to)

  edges[[from, to]] = [via, visible] unless edges[[from, to]]&.last
end

readers.each do |path, reader|
  folder = File.dirname(File.join(ROOT, path))
  reader.requires.each do |name, stated|
    place = name == :require_relative ? File.expand_path(stated, folder) : stated
    found = ($LOAD_PATH.resolve_feature_path(place) || []).last
    found ||= File.expand_path(place, ROOT) if name == :load
    add.call(path, found && relative(found), name.to_s, true)
  end
  reader.constants.each do |nesting, text|
    # What is the repository's of `Own::Foreign` is `Own`.
    parts = text.split('::')
    owner, last = parts.size.downto(1).lazy.map { |size| lookup.owner_of(nesting, parts.first(size).join('::')) }
      .find { |pair| pair && openers.key?(pair) }
    next unless owner

    owner.const_get(last) rescue nil
    all = openers[[owner, last]]
    next if all.any? { |other, _| other == path }

    # Ruby forgets where an autoloaded constant came from: the place is then `false`.
    place = owner.const_source_location(last)&.first
    first = relative(place.to_s)
    # Of several files that define a module, the one with most of it is required where Ruby does not
    # name another as the first (for an autoload it names that line); others that add to it are
    # right too, those that only open it around another module are not.
    all = all.select { |_, lines| lines.positive? }
    most, count = all.max_by(&:last)
    clear = all.one? || (place && !most.nil? && count * 2 > all.sum(&:last))
    clear &&= first == most || all.none? { |other, _| other == first }
    clear &&= !first.nil? || place == false # Otherwise a gem's own, reopened here.
    clear &&= !most.match?(TESTS) || path.match?(TESTS)
    add.call(path, most, 'constant', clear)
    all.each { |other, _| add.call(path, other, 'reopened constant', false) }
    add.call(path, first, 'constant', false)
  end
end
LOADED.each { |from, to| add.call(relative(from), relative(to), 'computed require', false) if relative(from) && relative(to) }

OUT.puts JSON.generate(judged: readers.keys, edges: edges.map { |(from, to), (via, visible)| [from, to, via, visible] })
OUT.flush
exit!(0)
