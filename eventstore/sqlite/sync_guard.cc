#include "eventstore/sqlite/sync_guard.h"

#include <fmt/format.h>

#include "schemas/sabotage.h"

namespace annals {

SyncGuard::SyncGuard(sqlite3* database, int checkpoint_pages)
    : database_(database), checkpoint_pages_(checkpoint_pages) {
  sqlite3_wal_hook(database_, OnCommit, this);
}

SyncGuard::~SyncGuard() {
  sqlite3_wal_hook(database_, nullptr, nullptr);
}

int SyncGuard::OnCommit(void* self, sqlite3* /*database*/, const char* /*name*/, int pages) {
  auto& guard = *static_cast<SyncGuard*>(self);
  if (pages >= guard.checkpoint_pages_) guard.CopyBack();
  // The commit itself is on the disk, in the write-ahead log: it is not called off for what became of the copy.
  return SQLITE_OK;
}

void SyncGuard::CopyBack() {
  int pages = 0, copied = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
  if (code != SQLITE_OK) NoteFailure();
  has_rest_ = copied < pages;
}

void SyncGuard::CopyRest() {
  if (has_rest_) CopyBack();
}

void SyncGuard::NoteFailure() {
  const int code = sqlite3_extended_errcode(database_);
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) has_failed_ = true;
}

absl::Status SyncGuard::Check(const std::string& path) const {
  if (!has_failed_ || IsSabotaged("failed_syncs_are_forgotten")) return absl::OkStatus();
  return absl::InternalError(fmt::format(
      "write to the database {}: the disk failed to sync it before, and nothing is acknowledged any more; look at the "
      "system's log, end this process and begin again: annals verify shows what is there",
      path));
}

}  // namespace annals
