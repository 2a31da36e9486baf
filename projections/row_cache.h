// The rows of one table that are in use: loaded on a miss, changed in place, written back together.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/inlined_vector.h>
#include <absl/container/node_hash_map.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "projections/row_type.h"
#include "schemas/check.h"
#include "schemas/status.h"
#include "schemas/text_map.h"

namespace annals {

template <class RowStruct>
class RowCache {
 public:
  explicit RowCache(const RowType<RowStruct>& type) : type_(&type) {}

  // Where misses are looked up; nullptr: what is not here does not exist. `source` must outlive its use here.
  void Attach(RowReader* source, TableSet set) {
    source_ = source;
    set_ = set;
  }

  // The row whose lookup columns are `key`, or nullptr. Valid until the next Evict or Clear.
  // `known_absent`: the caller knows that storage has no such row, which spares the look.
  absl::StatusOr<const RowStruct*> Find(std::initializer_list<Value> key, bool known_absent = false) {
    ASSIGN_OR_RETURN(Entry* const entry, FindEntry(key, known_absent));
    return entry == nullptr ? nullptr : &entry->row;
  }

  // The same, to be changed; it will be written by the next Flush.
  absl::StatusOr<RowStruct*> FindToChange(std::initializer_list<Value> key, bool known_absent = false) {
    ASSIGN_OR_RETURN(Entry* const entry, FindEntry(key, known_absent));
    if (entry == nullptr) return nullptr;
    MarkDirty(*entry);
    return &entry->row;
  }

  // Adds a row that is not in storage.
  RowStruct& Insert(std::initializer_list<Value> key, RowStruct row) {
    Entry& entry = rows_[KeyText(key)];
    entry.row = std::move(row);
    entry.born_here = true;
    MarkDirty(entry);
    return entry.row;
  }

  // Whether the row was inserted here and not loaded: then storage holds nothing that hangs on it but what came through
  // here.
  bool BornHere(std::initializer_list<Value> key) const {
    const auto it = rows_.find(KeyText(key));
    return it != rows_.end() && it->second.born_here;
  }

  // Rows that are not yet in storage, oldest change first.
  template <class Visit>
  void ForEachDirty(Visit visit) const {
    for (const Entry* const entry : dirty_) visit(entry->row);
  }
  template <class Visit>
  void ForEach(Visit visit) const {
    for (const auto& [key, entry] : rows_) visit(entry.row);
  }
  size_t size() const { return rows_.size(); }

  absl::Status Flush(RowWriter& writer, TableSet set) {
    absl::InlinedVector<Value, 16> values(type_->table().columns.size());
    for (Entry* const entry : dirty_) {
      type_->ToValues(entry->row, absl::MakeSpan(values));
      RETURN_IF_ERROR(writer.PutRow(type_->table(), set, values));
      entry->dirty = false;
      const size_t bytes = type_->BytesOf(entry->row) + kEntryBytes;
      bytes_ += bytes - entry->bytes;
      entry->bytes = bytes;
    }
    dirty_.clear();
    return absl::OkStatus();
  }

  size_t bytes() const { return bytes_; }

  // Drops the rows that will hardly change again. Only after a Flush.
  void EvictFinal() {
    CHECK(dirty_.empty());
    absl::erase_if(rows_, [&](const auto& item) {
      if (!item.second.row.IsFinal()) return false;
      bytes_ -= item.second.bytes;
      return true;
    });
  }

  // Takes the row with the lookup columns of `values` out. Nothing if it is not here. Only where nothing will be
  // flushed any more.
  std::optional<RowStruct> TakeOut(Row values) {
    CHECK(source_ == nullptr);
    dirty_.clear();
    key_.clear();
    for (const size_t column : type_->lookup()) AppendKeyPart(values[column]);
    const auto it = rows_.find(std::string_view(key_));
    if (it == rows_.end()) return std::nullopt;
    RowStruct row = std::move(it->second.row);
    bytes_ -= it->second.bytes;
    rows_.erase(it);
    return row;
  }

  // Holds what was changed so far for old. Only where nothing will be flushed any more.
  void ForgetChanges() {
    CHECK(source_ == nullptr);
    for (Entry* const entry : dirty_) entry->dirty = false;
    dirty_.clear();
  }

  const RowType<RowStruct>& type() const { return *type_; }

  void Clear() {
    rows_.clear();
    dirty_.clear();
    bytes_ = 0;
  }

 private:
  static constexpr size_t kEntryBytes = 96;  // key, links and the map's own
  struct Entry {
    RowStruct row;
    size_t bytes = 0;
    bool dirty = false;
    bool born_here = false;
  };

  // The columns that find a row, as one text. Identifiers and labels hold no control characters, so no two keys look
  // the same; a number takes part as its bytes, and stands alone.
  std::string_view KeyText(std::initializer_list<Value> key) const {
    key_.clear();
    for (const Value& part : key) AppendKeyPart(part);
    return key_;
  }
  void AppendKeyPart(const Value& part) const {
    if (!key_.empty()) key_ += '\x1f';
    if (const auto* text = std::get_if<std::string_view>(&part)) {
      key_ += *text;
    } else if (const auto* number = std::get_if<int64_t>(&part)) {
      key_.append(reinterpret_cast<const char*>(number), sizeof(*number));
    }
  }

  void MarkDirty(Entry& entry) {
    if (entry.dirty) return;
    entry.dirty = true;
    dirty_.push_back(&entry);
  }

  absl::StatusOr<Entry*> FindEntry(std::initializer_list<Value> key, bool known_absent) {
    const std::string_view text = KeyText(key);
    if (const auto it = rows_.find(text); it != rows_.end()) return &it->second;
    if (source_ == nullptr || known_absent) return nullptr;
    RowQuery query{.table = &type_->table()};
    size_t part = 0;
    for (const Value& value : key) query.equals.push_back({type_->lookup()[part++], value});
    Entry* found = nullptr;
    RETURN_IF_ERROR(source_->ReadRows(query, set_, [&](Row values) {
      found = &rows_[text];
      found->row = type_->FromValues(values);
      found->bytes = type_->BytesOf(found->row) + kEntryBytes;
      bytes_ += found->bytes;
      return absl::OkStatus();
    }));
    return found;
  }

  const RowType<RowStruct>* type_;
  RowReader* source_ = nullptr;
  TableSet set_ = TableSet::kLive;
  absl::node_hash_map<std::string, Entry, TextHash, std::equal_to<>> rows_;
  std::vector<Entry*> dirty_;
  size_t bytes_ = 0;
  mutable std::string key_;  // kept between calls for its memory
};

}  // namespace annals
