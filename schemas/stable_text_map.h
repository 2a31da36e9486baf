// A hash map from text to values that stay where they are, for very many of them.
#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include <absl/container/flat_hash_set.h>

#include "schemas/text_map.h"

namespace annals {

// A key stands behind its value in the same piece of memory, and its hash beside the pointer to them: an entry is one
// allocation, and a table that grows looks at none of them.
template <class T>
class StableTextMap {
 public:
  // A value with its key, which view the map and are valid until it is erased.
  class Entry {
   public:
    std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_bytes_}; }
    T value{};

   private:
    friend class StableTextMap;
    explicit Entry(std::string_view key) : key_bytes_(key.size()) {
      std::memcpy(static_cast<void*>(this + 1), key.data(), key.size());
    }
    size_t key_bytes_;
  };

  // nullptr where there is none.
  Entry* Find(std::string_view key) const {
    const auto it = slots_.find(Wanted{TextHash()(key), key});
    return it == slots_.end() ? nullptr : it->entry.get();
  }

  // The entry of `key`, and whether it is new: its value then is T{}.
  std::pair<Entry*, bool> FindOrAdd(std::string_view key) {
    const Wanted wanted{TextHash()(key), key};
    bool is_new = false;
    const auto it = slots_.lazy_emplace(wanted, [&](const auto& construct) {
      void* const memory = ::operator new(sizeof(Entry) + key.size());
      construct(wanted.hash, EntryHandle(new (memory) Entry(key)));
      is_new = true;
    });
    return {it->entry.get(), is_new};
  }

  void Erase(const Entry& entry) { slots_.erase(slots_.find(Wanted{TextHash()(entry.key()), entry.key()})); }
  template <class Belongs>
  void EraseIf(Belongs belongs) {
    absl::erase_if(slots_, [&](const Slot& slot) { return belongs(slot.entry->value); });
  }

  // In no order.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (const Slot& slot : slots_) visit(slot.entry->value);
  }

  size_t size() const { return slots_.size(); }
  void Clear() { slots_.clear(); }

 private:
  struct EntryDeleter {
    void operator()(Entry* entry) const {
      entry->~Entry();
      ::operator delete(entry);
    }
  };
  using EntryHandle = std::unique_ptr<Entry, EntryDeleter>;
  struct Slot {
    Slot(size_t hash_of_key, EntryHandle handle) : hash(hash_of_key), entry(std::move(handle)) {}
    size_t hash;
    EntryHandle entry;
  };
  struct Wanted {
    size_t hash;
    std::string_view key;
  };
  struct HashOf {
    using is_transparent = void;
    template <class SlotOrWanted>
    size_t operator()(const SlotOrWanted& one) const {
      return one.hash;
    }
  };
  struct IsSame {
    using is_transparent = void;
    bool operator()(const Slot& slot, const Slot& other) const { return slot.entry == other.entry; }
    bool operator()(const Slot& slot, const Wanted& wanted) const {
      return slot.hash == wanted.hash && slot.entry->key() == wanted.key;
    }
  };

  absl::flat_hash_set<Slot, HashOf, IsSame> slots_;
};

}  // namespace annals
