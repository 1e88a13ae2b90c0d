// Slab: memory for many objects of one type that one thread makes and destroys, in any order. A
// garbage collection ends thousands of them at once, which malloc takes long to put back together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "thread/keeps_memory.hpp"

namespace nodehost::detail {

/// Outlives what is in it.
template <std::size_t kSize>
class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    while (Page* const page = with_room_) Drop(*page);
  }

#if NODEHOST_KEEPS_MEMORY
  void* Take() {
    Page& page = with_room_ ? *with_room_ : NewPage();
    Place* const place = page.free;
    page.free = place->next;
    ++page.used;
    if (!page.free) Unlink(page);
    return place;
  }

  static void Give(void* memory) noexcept {
    Page& page = *reinterpret_cast<Page*>(reinterpret_cast<std::uintptr_t>(memory) & ~(kPage - 1));
    if (!page.free) page.slab->Link(page);
    page.free = new (memory) Place{page.free};
    // One page without an object is kept: the next may come soon.
    if (--page.used == 0 && (page.next || page.link != &page.slab->with_room_)) Drop(page);
  }
#else
  void* Take() { return ::operator new(kSize); }
  static void Give(void* memory) noexcept { ::operator delete(memory); }
#endif

 private:
  static constexpr std::uintptr_t kPage = 16 << 10;  // bytes, and how they are aligned

  // Where an object may be made.
  struct Place {
    Place* next;
  };
  struct alignas(std::max_align_t) Page {
    Slab* slab;
    Page* next = nullptr;   // of those with room
    Page** link = nullptr;  // what points at it there
    Place* free = nullptr;
    std::size_t used = 0;
  };

  Page& NewPage() {
    constexpr std::size_t kStep = (kSize + alignof(std::max_align_t) - 1) /
                                  alignof(std::max_align_t) * alignof(std::max_align_t);
    static_assert(sizeof(Page) + 16 * kStep <= kPage);
    auto* const memory = static_cast<char*>(::operator new(kPage, std::align_val_t(kPage)));
    Page& page = *new (memory) Page{this};
    for (std::size_t end = kPage; end >= sizeof(Page) + kStep; end -= kStep) {
      page.free = new (memory + end - kStep) Place{page.free};
    }
    Link(page);
    return page;
  }
  static void Drop(Page& page) noexcept {
    Unlink(page);
    ::operator delete(&page, std::align_val_t(kPage));
  }
  void Link(Page& page) noexcept {
    page.next = with_room_;
    page.link = &with_room_;
    if (with_room_) with_room_->link = &page.next;
    with_room_ = &page;
  }
  static void Unlink(Page& page) noexcept {
    *page.link = page.next;
    if (page.next) page.next->link = page.link;
  }

  Page* with_room_ = nullptr;
};

}  // namespace nodehost::detail
