// TypeInfo: a C++ type as data, so that one compiled core converts every type. The templates in
// convert.hpp build these tables at compile time; src/engine/convert.cpp reads them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace nodehost {
class Js;
class Value;
}  // namespace nodehost

namespace nodehost::detail {

class Ref;

/// What the core does with a type.
enum class Kind : std::uint8_t {
  kUndefined,  // void, std::monostate
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kUint8,
  kUint16,
  kUint32,
  kFloat,
  kDouble,
  kString,      // std::string
  kStringView,  // to JavaScript only
  kCString,     // to JavaScript only
  kOptional,
  kSequence,
  kStruct,     // plain data, copied field by field
  kInterface,  // a struct with Method fields: a JavaScript object, by reference
  kMethod,
  kValue,  // Value and family, which one ValueOps says
};

struct TypeInfo {
  Kind kind = Kind::kUndefined;
  /// sizeof the type: the stride of a sequence's elements.
  std::uint32_t size = 0;
  /// Optional and sequence: what they hold.
  const TypeInfo* element = nullptr;
  /// OptionalOps, SequenceOps, StructOps, MethodOps or ValueOps, as `kind` says.
  const void* ops = nullptr;
};

struct OptionalOps {
  const void* (*get)(const void* optional);  ///< null when empty
  void* (*emplace)(void* optional);
  void (*reset)(void* optional);
};

/// A sequence whose elements lie side by side.
struct SequenceOps {
  std::size_t (*size)(const void* sequence);
  const void* (*data)(const void* sequence);
  void* (*resize)(void* sequence, std::size_t size);  ///< returns the first element
};

struct FieldInfo {
  std::string_view name;
  std::size_t offset = 0;
  const TypeInfo* type = nullptr;
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
};

struct MethodOps {
  const Signature* signature = nullptr;
  /// Makes the Method at `method` call `function` on `receiver`.
  void (*bind)(void* method, const Ref& function, const Ref& receiver);
};

}  // namespace nodehost::detail
