/** Top-level constants of Ruby and its standard library; programs reopen many of them. */

/** `Object.constants` of Ruby 3.1, with the constants of the libraries that come with it. */
const builtIn: ReadonlySet<string> = new Set(
  (
    'ARGF ARGV ArgumentError Array BasicObject Binding Class ClosedQueueError Comparable Complex ' +
    'ConditionVariable Data Dir ENV EOFError Encoding EncodingError Enumerable Enumerator Errno ' +
    'Exception FalseClass Fiber FiberError File FileTest Float FloatDomainError FrozenError GC ' +
    'Hash IO IOError IndexError Integer Interrupt Kernel KeyError LoadError LocalJumpError ' +
    'Marshal MatchData Math Method Module Monitor Mutex NameError NilClass NoMatchingPatternError ' +
    'NoMemoryError NoMethodError NotImplementedError Numeric Object ObjectSpace Proc Process ' +
    'Queue Ractor Random Range RangeError Rational Refinement Regexp RegexpError RubyVM ' +
    'RuntimeError STDERR STDIN STDOUT ScriptError SecurityError Signal SignalException SizedQueue ' +
    'StandardError StopIteration String Struct Symbol SyntaxError SystemCallError SystemExit ' +
    'SystemStackError TOPLEVEL_BINDING Thread ThreadError ThreadGroup Time TracePoint TrueClass ' +
    'TypeError UnboundMethod UncaughtThrowError Warning ZeroDivisionError ' +
    'Base64 Benchmark BigDecimal Bundler CGI CSV Coverage Date DateTime Delegator Digest ERB Etc ' +
    'FileUtils Find Forwardable Gem IRB JSON Logger Minitest MonitorMixin Net ObjectSpace Observable ' +
    'OpenSSL OpenStruct OptionParser PP PStore Pathname Psych RDoc RbConfig Readline Resolv Ripper ' +
    'SecureRandom Set Shellwords SimpleDelegator Singleton Socket StringIO StringScanner TCPServer ' +
    'TCPSocket TSort Tempfile Test Timeout URI UNIXServer UNIXSocket WEBrick WeakRef YAML Zlib'
  ).split(' '),
);

export function isBuiltIn(name: string): boolean {
  return builtIn.has(name);
}
