// A log with an event of every type, sealed, as the bytes of its files: what is tampered with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eventstore/note_key.h"
#include "eventstore/sqlite/sqlite_storage.h"

namespace annals::integrity {

// A database's files.
struct Files {
  std::string database;
  std::string wal = {};  // empty: there is none
};
Files ReadFiles(const std::string& path);
// Puts them in the place of whatever stands at `path`.
void WriteFiles(const Files& files, const std::string& path);

std::unique_ptr<SqliteStorage> OpenAt(const std::string& path, OpenMode mode);

// The first `count` of the commands of pipelines with steps, errors, notes with content beside the log, refusals.
std::vector<std::string> Pipelines(size_t count);

struct SealedLogOptions {
  int page_size = 4096;
  size_t pipeline_commands = 0;  // behind the story of the golden databases
  size_t commands_in_wal = 0;    // the last so many stand in a write-ahead log that was not copied back
  uint64_t seed = 7;             // of the database's id, and of the chance behind the story
};

class SealedLog {
 public:
  explicit SealedLog(const SealedLogOptions& options);

  const Files& files() const { return files_; }
  uint64_t size() const { return size_; }
  // Of the whole of it, with key().
  const std::string& seal() const { return seal_; }
  const SigningKey& key() const { return key_; }

 private:
  Files files_;
  uint64_t size_ = 0;
  SigningKey key_;
  std::string seal_;
};

}  // namespace annals::integrity
