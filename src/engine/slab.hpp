// Slab: memory for many objects of one type that one thread makes and destroys, in any order. A
// garbage collection ends thousands of them at once, which malloc takes long to put back together.
#pragma once

#include <cstddef>
#include <new>

#include "thread/keeps_memory.hpp"

namespace nodehost::detail {

/// Of kSize bytes each, aligned as a pointer. Outlives what is in it.
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
    return &place->next;
  }

  static void Give(void* memory) noexcept {
    Place* const place =
        reinterpret_cast<Place*>(static_cast<char*>(memory) - offsetof(Place, next));
    Page& page = *place->page;
    if (!page.free) page.slab->Link(page);
    place->next = page.free;
    page.free = place;
    // One page without an object is kept: the next may come soon.
    if (--page.used == 0 && (page.next || page.link != &page.slab->with_room_)) Drop(page);
  }
#else
  void* Take() { return ::operator new(kSize); }
  static void Give(void* memory) noexcept { ::operator delete(memory); }
#endif

 private:
  struct Page;
  // Where an object may be made.
  struct Place {
    Page* page;
    union {
      Place* next;
      char object[kSize];
    };
  };
  static constexpr std::size_t kPlaces = (std::size_t{16} << 10) / sizeof(Place);
  struct Page {
    Slab* slab;
    Page* next;   // of those with room
    Page** link;  // what points at it there
    Place* free;
    std::size_t used;
    Place places[kPlaces];
  };

  Page& NewPage() {
    Page& page = *new Page;
    page.slab = this;
    page.free = nullptr;
    page.used = 0;
    for (std::size_t i = kPlaces; i-- > 0;) {
      page.places[i].page = &page;
      page.places[i].next = page.free;
      page.free = &page.places[i];
    }
    Link(page);
    return page;
  }
  static void Drop(Page& page) noexcept {
    Unlink(page);
    delete &page;
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
