// Memory for what one thread makes and another destroys: jobs, calls, Tasks, the frames of
// coroutines. malloc gives such memory back under the lock of the thread that took it, which is
// taking the next at that moment: one of the two sleeps.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "nodehost/detail/export.hpp"

namespace nodehost::detail {

/// As operator new and delete. Any thread.
NODEHOST_API void* TakeMemory(std::size_t size);
NODEHOST_API void GiveMemory(void* memory, std::size_t size) noexcept;

/// A base of classes whose objects have such memory.
struct Pooled {
  static void* operator new(std::size_t size) { return TakeMemory(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { GiveMemory(memory, size); }
  static void* operator new(std::size_t size, std::align_val_t alignment) {
    return ::operator new(size, alignment);
  }
  static void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
    ::operator delete(memory, alignment);
  }
};

template <class T>
struct PoolAllocator {
  using value_type = T;

  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    if constexpr (alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      return std::allocator<T>().allocate(count);
    } else {
      return static_cast<T*>(TakeMemory(count * sizeof(T)));
    }
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if constexpr (alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      std::allocator<T>().deallocate(memory, count);
    } else {
      GiveMemory(memory, count * sizeof(T));
    }
  }

  template <class U>
  bool operator==(const PoolAllocator<U>&) const noexcept {
    return true;
  }
};

/// As std::make_shared.
template <class T, class... A>
std::shared_ptr<T> MakePooled(A&&... arguments) {
  return std::allocate_shared<T>(PoolAllocator<T>(), std::forward<A>(arguments)...);
}

}  // namespace nodehost::detail
