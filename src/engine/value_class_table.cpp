#include "value_class_table.hpp"

#include <array>
#include <cstddef>

namespace nodehost::detail {

namespace {

struct Row {
  ValueClass value_class;
  std::string_view name;
  bool (v8::Value::*holds)() const;    // null: every value
  std::string_view typescript = name;  // where that is no type of TypeScript's
};

// A row each, in the order of the enumerators. Whether an iterator has a `next` shows at its first
// step, as in JavaScript.
constexpr auto kRows = std::to_array<Row>({
    {ValueClass::kAny, "any", nullptr},
    {ValueClass::kUndefined, "undefined", &v8::Value::IsUndefined},
    {ValueClass::kNull, "null", &v8::Value::IsNull},
    {ValueClass::kNullish, "null | undefined", &v8::Value::IsNullOrUndefined},
    {ValueClass::kObject, "object", &v8::Value::IsObject},
    {ValueClass::kArray, "Array", &v8::Value::IsArray, "any[]"},
    {ValueClass::kFunction, "function", &v8::Value::IsFunction, "Function"},
    {ValueClass::kPromise, "Promise", &v8::Value::IsPromise, "Promise<any>"},
    {ValueClass::kError, "Error", &v8::Value::IsNativeError},
    {ValueClass::kDate, "Date", &v8::Value::IsDate},
    {ValueClass::kMap, "Map", &v8::Value::IsMap, "Map<any, any>"},
    {ValueClass::kSet, "Set", &v8::Value::IsSet, "Set<any>"},
    {ValueClass::kSymbol, "symbol", &v8::Value::IsSymbol},
    {ValueClass::kBigInt, "bigint", &v8::Value::IsBigInt},
    {ValueClass::kProxy, "Proxy", &v8::Value::IsProxy, "object"},
    {ValueClass::kIterator, "Iterator", &v8::Value::IsObject, "Iterator<any>"},
    {ValueClass::kRegExp, "RegExp", &v8::Value::IsRegExp},
    {ValueClass::kArrayBuffer, "ArrayBuffer", &v8::Value::IsArrayBuffer},
    {ValueClass::kSharedArrayBuffer, "SharedArrayBuffer", &v8::Value::IsSharedArrayBuffer},
    {ValueClass::kDataView, "DataView", &v8::Value::IsDataView},
    {ValueClass::kInt8Array, "Int8Array", &v8::Value::IsInt8Array},
    {ValueClass::kInt16Array, "Int16Array", &v8::Value::IsInt16Array},
    {ValueClass::kInt32Array, "Int32Array", &v8::Value::IsInt32Array},
    {ValueClass::kUint8Array, "Uint8Array", &v8::Value::IsUint8Array},
    {ValueClass::kUint8ClampedArray, "Uint8ClampedArray", &v8::Value::IsUint8ClampedArray},
    {ValueClass::kUint16Array, "Uint16Array", &v8::Value::IsUint16Array},
    {ValueClass::kUint32Array, "Uint32Array", &v8::Value::IsUint32Array},
    {ValueClass::kFloat32Array, "Float32Array", &v8::Value::IsFloat32Array},
    {ValueClass::kFloat64Array, "Float64Array", &v8::Value::IsFloat64Array},
    {ValueClass::kBigInt64Array, "BigInt64Array", &v8::Value::IsBigInt64Array},
    {ValueClass::kBigUint64Array, "BigUint64Array", &v8::Value::IsBigUint64Array},
});

consteval bool InOrder() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].value_class) != i) return false;
  }
  return true;
}
static_assert(InOrder());

const Row& RowOf(ValueClass value_class) { return kRows[static_cast<std::size_t>(value_class)]; }

}  // namespace

bool IsOfClass(v8::Local<v8::Value> value, ValueClass value_class) {
  const auto holds = RowOf(value_class).holds;
  return !holds || ((*value)->*holds)();
}

std::string_view NameOf(ValueClass value_class) { return RowOf(value_class).name; }

std::string_view TypeScriptNameOf(ValueClass value_class) { return RowOf(value_class).typescript; }

}  // namespace nodehost::detail
