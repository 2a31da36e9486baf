// A database that somebody tampers with who may write the file and knows all of its format.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "schemas/event.capnp.h"
#include "tests/integrity/sealed_log.h"

namespace annals::integrity {

class Scene {
 public:
  Scene();
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  const std::string& path() const { return path_; }
  // The log as it is now, as it was before, and another one.
  const SealedLog& log() const { return log_; }
  SealedLog older() const;
  SealedLog other() const;

  // By another program. The schema stays as it says.
  void Sql(const std::string& sql) const;
  // The same past the triggers that refuse it, which are there again afterwards.
  void Alter(const std::string& sql) const;
  // Writes sqlite_schema itself.
  void AlterSchema(const std::string& sql) const;
  // Changes an event's bytes, and nothing else.
  void EditEvent(uint64_t position, const std::function<void(schema::Event::Builder)>& edit) const;
  // The first position of an event of this type.
  uint64_t PositionOf(std::string_view event_type) const;

  // Makes the records keep all of their leaf hash, as those of older logs do: every `step`-th one up to position
  // `last`.
  void KeepWholeLeaves(uint64_t last, uint64_t step = 1) const;

  // Covers up: the leaf hash of one event, all hashes with the head, the tables.
  void HashAnew(uint64_t position) const;
  void HashAllAnew() const;
  void FoldAnew() const;

 private:
  const SealedLog log_;
  const std::string path_;
};

}  // namespace annals::integrity
