// A storage with the projected tables, of either kind, for tests that take the kind as their parameter.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "eventstore/storage.h"

namespace annals::support {

enum class Backend { kMemory, kSqlite };
void PrintTo(Backend backend, std::ostream* out);
std::string NameOf(Backend backend);

// A path for a database of the running test alone; nothing lies there.
std::string FreshPath(std::string_view name);
void RemoveDatabase(const std::string& path);
// Opens or makes the database. Its own clock and chance are fixed and are not those of the commands.
std::unique_ptr<Storage> OpenSqlite(const std::string& path);

// A storage that goes with its files.
class Store {
 public:
  explicit Store(Backend backend);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Storage& storage() { return *storage_; }
  // Closes it and opens it again; in memory it stays as it is.
  void Reopen();
  // Of the file; empty in memory.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::unique_ptr<Storage> storage_;
};

}  // namespace annals::support
