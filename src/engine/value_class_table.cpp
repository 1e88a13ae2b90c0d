#include "value_class_table.hpp"

namespace nodehost::detail {

bool IsOfClass(v8::Local<v8::Value> value, ValueClass value_class) {
  switch (value_class) {
    case ValueClass::kAny:
      return true;
    case ValueClass::kUndefined:
      return value->IsUndefined();
    case ValueClass::kNull:
      return value->IsNull();
    case ValueClass::kNullish:
      return value->IsNullOrUndefined();
    case ValueClass::kObject:
      return value->IsObject();
    case ValueClass::kArray:
      return value->IsArray();
    case ValueClass::kFunction:
      return value->IsFunction();
    case ValueClass::kPromise:
      return value->IsPromise();
    case ValueClass::kError:
      return value->IsNativeError();
    case ValueClass::kDate:
      return value->IsDate();
    case ValueClass::kMap:
      return value->IsMap();
    case ValueClass::kSet:
      return value->IsSet();
    case ValueClass::kSymbol:
      return value->IsSymbol();
    case ValueClass::kBigInt:
      return value->IsBigInt();
    case ValueClass::kProxy:
      return value->IsProxy();
    case ValueClass::kIterator:
      return value
          ->IsObject();  // whether it has a `next` shows at the first step, as in JavaScript
    case ValueClass::kRegExp:
      return value->IsRegExp();
    case ValueClass::kArrayBuffer:
      return value->IsArrayBuffer();
    case ValueClass::kSharedArrayBuffer:
      return value->IsSharedArrayBuffer();
    case ValueClass::kDataView:
      return value->IsDataView();
    case ValueClass::kInt8Array:
      return value->IsInt8Array();
    case ValueClass::kInt16Array:
      return value->IsInt16Array();
    case ValueClass::kInt32Array:
      return value->IsInt32Array();
    case ValueClass::kUint8Array:
      return value->IsUint8Array();
    case ValueClass::kUint8ClampedArray:
      return value->IsUint8ClampedArray();
    case ValueClass::kUint16Array:
      return value->IsUint16Array();
    case ValueClass::kUint32Array:
      return value->IsUint32Array();
    case ValueClass::kFloat32Array:
      return value->IsFloat32Array();
    case ValueClass::kFloat64Array:
      return value->IsFloat64Array();
    case ValueClass::kBigInt64Array:
      return value->IsBigInt64Array();
    case ValueClass::kBigUint64Array:
      return value->IsBigUint64Array();
  }
  return false;
}

std::string_view NameOf(ValueClass value_class) {
  switch (value_class) {
    case ValueClass::kAny:
      return "any";
    case ValueClass::kUndefined:
      return "undefined";
    case ValueClass::kNull:
      return "null";
    case ValueClass::kNullish:
      return "null | undefined";
    case ValueClass::kObject:
      return "object";
    case ValueClass::kArray:
      return "Array";
    case ValueClass::kFunction:
      return "function";
    case ValueClass::kPromise:
      return "Promise";
    case ValueClass::kError:
      return "Error";
    case ValueClass::kDate:
      return "Date";
    case ValueClass::kMap:
      return "Map";
    case ValueClass::kSet:
      return "Set";
    case ValueClass::kSymbol:
      return "symbol";
    case ValueClass::kBigInt:
      return "bigint";
    case ValueClass::kProxy:
      return "Proxy";
    case ValueClass::kIterator:
      return "Iterator";
    case ValueClass::kRegExp:
      return "RegExp";
    case ValueClass::kArrayBuffer:
      return "ArrayBuffer";
    case ValueClass::kSharedArrayBuffer:
      return "SharedArrayBuffer";
    case ValueClass::kDataView:
      return "DataView";
    case ValueClass::kInt8Array:
      return "Int8Array";
    case ValueClass::kInt16Array:
      return "Int16Array";
    case ValueClass::kInt32Array:
      return "Int32Array";
    case ValueClass::kUint8Array:
      return "Uint8Array";
    case ValueClass::kUint8ClampedArray:
      return "Uint8ClampedArray";
    case ValueClass::kUint16Array:
      return "Uint16Array";
    case ValueClass::kUint32Array:
      return "Uint32Array";
    case ValueClass::kFloat32Array:
      return "Float32Array";
    case ValueClass::kFloat64Array:
      return "Float64Array";
    case ValueClass::kBigInt64Array:
      return "BigInt64Array";
    case ValueClass::kBigUint64Array:
      return "BigUint64Array";
  }
  return "any";
}

}  // namespace nodehost::detail
