// TypeInfo: a C++ type as data, so that one compiled core converts every type. The templates in
// convert.hpp build these tables at compile time; src/engine/convert.cpp reads them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace nodehost {
class Js;
class Value;
}  // namespace nodehost

namespace nodehost::detail {

class Ref;
struct Member;
class TaskStateBase;
struct TypeInfo;

/// What the core does with a type, and which of the ops below its TypeInfo has. The numbers stand
/// together: see IsNumber.
enum class Kind : std::uint8_t {
  kUndefined,  // void
  kNull,       // std::nullptr_t, std::monostate
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kUint8,
  kUint16,
  kUint32,
  kInt64,         // bigint
  kUint64,        // bigint
  kInt64Number,   // AsNumber: a number as long as that is exact
  kUint64Number,  // AsNumber
  kFloat,
  kDouble,
  kChar,          // a string of one character
  kString,        // std::string
  kStringView,    // to JavaScript only
  kCString,       // to JavaScript only
  kString16,      // std::u16string
  kString16View,  // to JavaScript only
  kPath,          // std::filesystem::path: PathOps
  kEnum,          // EnumOps
  kOptional,      // OptionalOps
  kVariant,       // VariantOps
  kTuple,         // TupleOps
  kSequence,      // std::vector, std::array: SequenceOps
  kBytesCopy,     // std::vector, std::array of std::uint8_t or std::byte: SequenceOps
  kList,          // other sequences: CollectionOps
  kSet,           // CollectionOps
  kRecord,        // a map with std::string keys, a plain object: MapOps
  kMap,           // MapOps
  kSpan,          // a TypedArray, to JavaScript only: SequenceOps
  kBytes,         // nodehost::Bytes
  kDate,          // TimeOps: milliseconds since 1970
  kDuration,      // TimeOps: milliseconds
  kErrorCode,     // std::error_code
  kException,     // std::exception_ptr
  kJsError,
  kCustom,       // CustomOps: Convert<T>
  kStruct,       // plain data, copied field by field: StructOps
  kInterface,    // a struct with Method, Property… fields: an object, by reference: StructOps
  kMethod,       // MethodOps
  kConstructor,  // a class: MethodOps
  kProperty,     // of an interface, live: PropertyOps
  kInstance,     // an object of a described class: InstanceOps (class_info.hpp)
  kClass,        // nodehost::Class, a field of an interface: ClassOps
  kFunction,     // std::function: FunctionOps; `element` is the Method it becomes
  kValue,        // Value and family: ValueOps, or none for any
  kTask,         // Task<T>, a Promise: TaskOps
};

/// Whether it is an integer, also as a bigint or by AsNumber, or a floating-point number.
constexpr bool IsNumber(Kind kind) { return kind >= Kind::kInt8 && kind <= Kind::kDouble; }

struct TypeInfo {
  Kind kind = Kind::kUndefined;
  /// sizeof the type: the stride of a sequence's elements.
  std::uint32_t size = 0;
  /// What an optional, a sequence, a collection or a span holds; the values of a map; the number
  /// behind an enum.
  const TypeInfo* element = nullptr;
  /// As `kind` says.
  const void* ops = nullptr;
};

/// What the core calls to have an object filled in: returns false to have it thrown away.
struct Filler {
  bool (*fill)(void* context, void* first, void* second);
  void* context;
};

/// What the core calls for each element: `second` is the value of a map's entry.
struct Visitor {
  void (*visit)(void* context, const void* first, const void* second);
  void* context;
};

struct OptionalOps {
  const void* (*get)(const void* optional);  ///< null when empty
  void* (*emplace)(void* optional);
  void (*reset)(void* optional);
};

/// A sequence whose elements lie side by side. Ops of what goes to JavaScript only have no resize.
struct SequenceOps {
  std::size_t (*size)(const void* sequence);
  const void* (*data)(const void* sequence);
  /// Returns the first element; null if the sequence cannot have that size.
  void* (*resize)(void* sequence, std::size_t size);
  bool fixed = false;  ///< std::array
};

/// Any other container of single values.
struct CollectionOps {
  std::size_t (*size)(const void* collection);
  void (*each)(const void* collection, Visitor visitor);
  void (*clear)(void* collection);
  /// Adds what `filler` fills in, unless it returns false.
  bool (*add)(void* collection, Filler filler);
};

struct MapOps {
  const TypeInfo* key;
  std::size_t (*size)(const void* map);
  void (*each)(const void* map, Visitor visitor);
  void (*clear)(void* map);
  bool (*add)(void* map, Filler filler);
};

/// std::tuple, std::pair. `element` gives the address of the I-th.
struct TupleOps {
  std::span<const TypeInfo* const> types;
  const void* (*element)(const void* tuple, std::size_t index);
};

struct VariantOps {
  std::span<const TypeInfo* const> types;
  std::size_t (*index)(const void* variant);  ///< beyond the types when valueless
  const void* (*get)(const void* variant);
  void* (*emplace)(void* variant, std::size_t index);
};

struct EnumValue {
  std::int64_t value = 0;
  std::string_view name;
};

/// Of an enum with registered names (nodehost::EnumNames); without them `values` is empty.
struct EnumOps {
  std::string_view name;
  std::span<const EnumValue> values;
  std::int64_t (*get)(const void* value);
  void (*set)(void* value, std::int64_t to);
};

struct TimeOps {
  double (*get)(const void* time);               ///< in milliseconds
  bool (*set)(void* time, double milliseconds);  ///< false if out of its range
};

/// A path in UTF-8.
struct PathOps {
  std::string (*get)(const void* path);
  void (*set)(void* path, std::string_view utf8);
};

/// nodehost::Convert<T>.
struct CustomOps {
  std::string_view typescript;
  Ref (*to_js)(Js& js, const void* value);
  bool (*from_js)(Js& js, const Ref& value, void* result);  ///< false: it does not fit
};

struct FieldInfo {
  std::string_view name;  ///< on the JavaScript side
  std::size_t offset = 0;
  const TypeInfo* type = nullptr;
  bool optional = false;  ///< missing in JavaScript: the field keeps what it has
};

/// The fields of a struct. `id` is unique in the process, small and dense, so that each
/// environment keeps its property keys for the struct in an array.
struct StructInfo {
  std::string_view name;
  std::span<const FieldInfo> fields;
  std::uint32_t id = 0;
};

/// A function, because field offsets are known only at run time: built at the first use.
struct StructOps {
  const StructInfo& (*info)();
};

struct Signature {
  const TypeInfo* result = nullptr;
  const TypeInfo* const* arguments = nullptr;
  std::uint32_t count = 0;
  bool lends = false;  ///< whether an argument is a kSpan
};

struct MethodOps {
  const Signature* signature = nullptr;
  Member* (*member)(void* method);
};

/// Of a Property. `element` of its TypeInfo is the type of the value.
struct PropertyOps {
  Member* (*member)(void* property);
  /// Calls `filler` with a value to be filled in and thrown away; returns what it returns.
  bool (*probe)(Filler filler);
  /// The Methods that read and write it, null where there are none.
  void (*accessors)(const void* property, const void** get, const void** set);
  const MethodOps* get;
  const MethodOps* set;
};

/// Of a Task. `element` of its TypeInfo is the type of the result.
struct TaskOps {
  /// Makes `task` a pending one, for what comes from JavaScript.
  std::shared_ptr<TaskStateBase> (*start)(void* task);
  std::shared_ptr<TaskStateBase> (*state)(const void* task);  ///< null when empty
  /// Calls `filler` with a result to be filled in and, if it returns true, settles with that.
  bool (*fulfil)(TaskStateBase& state, Filler filler);
  /// Calls `visitor` with the result of one that is fulfilled; null for void.
  void (*visit)(const TaskStateBase& state, Visitor visitor);
};

struct FunctionOps {
  /// Calls `filler` with a Method and, if it returns true, makes that the function.
  bool (*fill)(void* function, Filler filler);
  /// Calls `visitor` with the function as a Method, unless it is empty.
  void (*visit)(const void* function, Visitor visitor);
};

}  // namespace nodehost::detail
