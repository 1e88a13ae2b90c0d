// ClassInfo: a C++ class as JavaScript is to see it, as data. Class<T> fills it in once in the
// process; src/engine/exported_classes.cpp makes a prototype of it once in each environment.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info.hpp"

namespace nodehost {

class Js;

/// Describes the class T to JavaScript; specialise it with a static `To(nh::Class<T>&)`. See
/// class.hpp.
template <class T>
struct Describe;

template <class T>
class Class;

namespace detail {

class NativeCall;
struct ClassInfo;
struct LeafInfo;
struct OverrideLink;

/// A described class: it crosses into JavaScript as an instance, not as data.
template <class T>
concept Described = requires(Class<T>& description) {
  Describe<T>::To(description);
};

/// One C++ function behind a JavaScript one. `serve` reads the arguments, calls, and returns.
struct Overload {
  const Signature* signature = nullptr;
  void (*serve)(NativeCall& call, void* self) = nullptr;
  const LeafInfo* leaf = nullptr;  ///< for optimised JavaScript; may be null
  std::string doc = {};
  /// The parameters and the result in TypeScript where the signature does not tell them. One with
  /// `{event}` is an overload for each event of the class; `{listener}` is then the type of a
  /// listener, `{arguments}` the arguments behind a comma.
  std::string_view typescript = {};
};

/// The deleter of every object that JavaScript may hand over to C++ again.
struct Releasable {
  void (*destroy)(void* object) = nullptr;
  void operator()(void* object) const {
    if (destroy) destroy(object);
  }
};

/// An object for JavaScript: its own, or a share. Neither where no object was made.
struct Made {
  std::unique_ptr<void, Releasable> owned = {};
  std::shared_ptr<void> shared = {};
  OverrideLink* link = nullptr;  ///< of an object that is Overridable

  void* object() const noexcept { return owned ? owned.get() : shared.get(); }
};

struct Construction {
  const Signature* signature = nullptr;
  Made (*make)(NativeCall& call) = nullptr;
  std::string doc = {};
};

struct ClassFunction {
  std::string name;       ///< "increment", or "Symbol.iterator" and the like
  std::string full_name;  ///< "Counter.increment", for errors
  const ClassInfo* info = nullptr;
  bool is_static = false;
  std::vector<Overload> overloads;
};

struct ClassProperty {
  std::string name;
  ClassFunction get;
  ClassFunction set;  ///< without overloads: read-only
  bool is_static = false;
};

/// An event that TypeScript is to know.
struct ClassEvent {
  std::string name;
  const Signature* signature = nullptr;  ///< of its listeners
  std::string doc = {};
};

struct ClassConstant {
  std::string name;
  const TypeInfo* type = nullptr;
  std::shared_ptr<const void> value;
  std::string doc = {};
};

struct ClassInfo {
  std::string name;
  std::string doc;
  std::uint32_t id = 0;  ///< Unique in the process, small and dense.
  std::size_t size = 0;  ///< sizeof(T)
  std::size_t (*external_bytes)(const void* object) = nullptr;  ///< Beyond `size`; may be null.
  const ClassInfo* base = nullptr;
  void* (*upcast)(void* object) = nullptr;  ///< To `base`.
  bool virtual_destructor = false;
  std::vector<Construction> constructions;
  std::vector<Construction>
      extensions;  ///< In place of them, for JavaScript classes that extend it.
  // By pointer, because V8 keeps their addresses.
  std::vector<std::unique_ptr<ClassFunction>> functions;
  std::vector<std::unique_ptr<ClassProperty>> properties;
  std::vector<ClassConstant> constants;
  std::vector<ClassEvent> events;
};

/// The description of the class T; class.hpp.
template <class T>
const ClassInfo& ClassInfoOf();
/// The same, null before it is first asked for. Any thread that has an object of the class sees it.
template <class T>
inline constinit std::atomic<const ClassInfo*> known_class = nullptr;

/// Whether `info` is `wanted` or derives from it.
inline bool DerivesFrom(const ClassInfo* info, const ClassInfo& wanted) noexcept {
  while (info && info != &wanted) info = info->base;
  return info != nullptr;
}

/// A C++ object with its class. `object` points to the whole of what `info` describes.
struct Instance {
  std::shared_ptr<void> object;
  const ClassInfo* info = nullptr;
};

/// Of a type that is an object of a described class: T, std::shared_ptr<T>, std::unique_ptr<T>.
struct InstanceOps {
  const ClassInfo& (*info)() = nullptr;
  /// For JavaScript; without an object for an empty pointer.
  Instance (*share)(const void* value) = nullptr;
  /// From JavaScript; `object` is a T already.
  void (*assign)(void* result, const std::shared_ptr<void>& object) = nullptr;
  bool takes = false;  ///< std::unique_ptr: JavaScript loses the object.
};

/// Of a Class<T> in a struct.
struct ClassOps {
  const ClassInfo& (*info)() = nullptr;
};

/// Gives a new class its id, and makes it known by its C++ type, if that is not null. Any thread.
NODEHOST_API void RegisterClass(ClassInfo& info, const std::type_info* type);
/// The class that describes `type`, or null. Any thread.
NODEHOST_API const ClassInfo* FindClass(const std::type_info& type) noexcept;

/// Adds an overload to the function `name`, which is made if it is not there. Returns its text for
/// TypeScript.
NODEHOST_API std::string& AddOverload(ClassInfo& info, std::string_view name, bool is_static,
                                      Overload overload);
/// Adds a property. Returns its text for TypeScript. Throws HostError if the name is taken.
NODEHOST_API std::string& AddProperty(ClassInfo& info, std::string_view name, bool is_static,
                                      Overload get, Overload set);

/// Makes the object that the method was called on the result of `call`.
NODEHOST_API void ReturnThis(NativeCall& call);
/// Makes an iterator over the values that `list`, a sequence as `type` says, holds the result.
NODEHOST_API void ReturnIterator(NativeCall& call, const TypeInfo& type, const void* list);
/// What keeps the object alive that a method was called on; null for other functions.
NODEHOST_API std::shared_ptr<void> ThisOf(NativeCall& call);

/// The JavaScript name of a C++ name: "Increment" and "increment" are increment, "ToJSON" toJSON,
/// "URLOf" urlOf, "max_size" maxSize.
NODEHOST_API std::string CamelCase(std::string_view name);
/// The JavaScript name of a property: that of its getter without a leading Get or get_.
NODEHOST_API std::string PropertyName(std::string_view getter);

}  // namespace detail
}  // namespace nodehost
