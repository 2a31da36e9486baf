// Stops a process from writing on after the disk failed to sync. The system may have thrown away what it could not
// write and call the next sync a success, so that nobody knows what the disk has; only a process that reads it anew
// does.
#pragma once

#include <string>

#include <absl/status/status.h>
#include <sqlite3.h>

namespace annals {

class SyncGuard {
 public:
  // Copies the write-ahead log back after every commit that leaves `checkpoint_pages` or more in it. SQLite's own
  // checkpoints, whose place this takes, keep their failures to themselves.
  SyncGuard(sqlite3* database, int checkpoint_pages);
  ~SyncGuard();
  SyncGuard(const SyncGuard&) = delete;
  SyncGuard& operator=(const SyncGuard&) = delete;

  // Copies what the last of these copies had to leave out, since somebody was reading. Only when it is all copied does
  // the write-ahead log begin anew.
  void CopyRest();

  // Looks at why the last call on the database failed.
  void NoteFailure();
  // kInternal once a sync has failed.
  absl::Status Check(const std::string& path) const;

 private:
  static int OnCommit(void* self, sqlite3* database, const char* name, int pages);
  void CopyBack();

  sqlite3* database_;
  int checkpoint_pages_;
  bool has_failed_ = false;
  bool has_rest_ = false;
};

}  // namespace annals
