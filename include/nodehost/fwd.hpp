// The names of the library, declared, for headers that pass them on by reference or pointer. It
// costs no compile time; what is used needs the header of its noun, or nodehost.hpp.
#pragma once

namespace nodehost {

// The process and its environments.
class NodejsPlatform;
class AnyEnvironment;
class Environment;
class PumpedEnvironment;
class EnvironmentPool;
class EnvironmentRef;
template <class T>
class Pooled;
class Batch;
struct BusyReport;
struct EnvironmentOptions;
struct InspectorOptions;
struct PlatformOptions;
struct PoolOptions;
struct PumpOptions;
struct Rights;
struct RunOptions;
struct Statistics;
struct StopResult;

// JavaScript values, and the permission to touch them.
class Js;
class Value;
class Object;
class Arguments;
class Array;
class ArrayBuffer;
class BigInt;
class DataView;
class Date;
class Error;
class Function;
class Iterator;
class Map;
class Promise;
class Proxy;
class RegExp;
class Set;
class SharedArrayBuffer;
class Symbol;
class This;
template <class T>
class TypedArray;
struct Deferred;
struct PropertyDescriptor;

// Data, and what comes later.
class Bytes;
class StructuredClone;
class Executor;
template <class T>
class Task;

// Typed interfaces and C++ classes.
template <class Signature>
class Method;
template <class T>
class Property;
template <class Signature>
class Constructor;
template <class T>
class Class;
template <class E>
class Enum;
template <class T>
struct Rest;
class Module;
class Overridable;

// What is thrown.
class HostError;
class PlatformError;
class WrongThread;
class EnvironmentStopped;
class DeadlineExceeded;
class JsError;

}  // namespace nodehost
