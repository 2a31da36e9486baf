#include "eventstore/sqlite/wal_writer.h"

#include <memory>
#include <new>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "schemas/mutex.h"
#include "schemas/sabotage.h"

namespace annals {
namespace {

// SQLite's own layer below takes no more in one write: of a larger count it would drop the higher bits.
constexpr size_t kMostBytes = (1 << 17) - 1;

// What SQLite has for an open write-ahead log. The file of the layer below follows it in memory.
struct WalFile {
  sqlite3_file base;
  bool is_gathering = false;
  bool is_ending = false;    // the header of the commit's last frame is there
  sqlite3_int64 offset = 0;  // of the first of `bytes`
  std::string bytes;         // not written yet

  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

WalFile& Of(sqlite3_file* file) {
  return *reinterpret_cast<WalFile*>(file);
}

int Flush(WalFile& wal) {
  if (wal.bytes.empty()) return SQLITE_OK;
  sqlite3_file* const below = wal.below();
  const int code = below->pMethods->xWrite(below, wal.bytes.data(), static_cast<int>(wal.bytes.size()), wal.offset);
  // Also where it failed: the commit is called off, and by the next one somebody else may have written there.
  wal.bytes.clear();
  return code;
}

// Bytes 4 to 7 of a frame's header say how large the database is after the commit, in its last frame, and are zero in
// all others (sqlite.org/fileformat2.html#walformat). No page is as small as a header.
bool IsHeaderOfLastFrame(std::string_view bytes) {
  constexpr size_t kHeaderBytes = 24;
  return bytes.size() == kHeaderBytes && bytes.substr(4, 4) != std::string_view("\0\0\0\0", 4);
}

int Write(sqlite3_file* file, const void* data, int count, sqlite3_int64 offset) {
  WalFile& wal = Of(file);
  if (!wal.is_gathering) return wal.below()->pMethods->xWrite(wal.below(), data, count, offset);
  const std::string_view bytes(static_cast<const char*>(data), static_cast<size_t>(count));
  const bool follows = offset == wal.offset + static_cast<sqlite3_int64>(wal.bytes.size());
  if (!follows || wal.bytes.size() + bytes.size() > kMostBytes) {
    if (const int code = Flush(wal); code != SQLITE_OK) return code;
  }
  if (wal.bytes.empty()) wal.offset = offset;
  wal.bytes += bytes;
  if (!wal.is_ending) {
    wal.is_ending = IsHeaderOfLastFrame(bytes);
    return SQLITE_OK;
  }
  // The last page, and whatever may follow it: headers that are written anew because the cache had been full, copies of
  // the frame up to the end of a sector.
  return IsSabotaged("ends_of_commits_are_kept_back") ? SQLITE_OK : Flush(wal);
}

using Io = sqlite3_io_methods;

// All else finds the file as SQLite believes that it is.
template <auto Method>
struct Flushed;
template <class... Arguments, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Arguments...)>
struct Flushed<Method> {
  static int Call(sqlite3_file* file, Arguments... arguments) {
    if (const int code = Flush(Of(file)); code != SQLITE_OK) return code;
    sqlite3_file* const below = Of(file).below();
    return (below->pMethods->*Method)(below, arguments...);
  }
};

// These two tell no errors.
int SectorSize(sqlite3_file* file) {
  sqlite3_file* const below = Of(file).below();
  return below->pMethods->xSectorSize(below);
}
int Characteristics(sqlite3_file* file) {
  sqlite3_file* const below = Of(file).below();
  return below->pMethods->xDeviceCharacteristics(below);
}

// What a commit left here when it failed goes with it.
int Close(sqlite3_file* file) {
  WalFile& wal = Of(file);
  const int code = wal.below()->pMethods->xClose(wal.below());
  wal.~WalFile();
  return code;
}

// Version 1 has no shared memory and no mapping: SQLite asks the database's own file for these.
constexpr Io kMethods = {.iVersion = 1,
                         .xClose = Close,
                         .xRead = Flushed<&Io::xRead>::Call,
                         .xWrite = Write,
                         .xTruncate = Flushed<&Io::xTruncate>::Call,
                         .xSync = Flushed<&Io::xSync>::Call,
                         .xFileSize = Flushed<&Io::xFileSize>::Call,
                         .xLock = Flushed<&Io::xLock>::Call,
                         .xUnlock = Flushed<&Io::xUnlock>::Call,
                         .xCheckReservedLock = Flushed<&Io::xCheckReservedLock>::Call,
                         .xFileControl = Flushed<&Io::xFileControl>::Call,
                         .xSectorSize = SectorSize,
                         .xDeviceCharacteristics = Characteristics,
                         .xShmMap = nullptr,
                         .xShmLock = nullptr,
                         .xShmBarrier = nullptr,
                         .xShmUnmap = nullptr,
                         .xFetch = nullptr,
                         .xUnfetch = nullptr};

struct Layer {
  sqlite3_vfs base;
  sqlite3_vfs* below;
  std::string name;
};

int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* const below = reinterpret_cast<Layer*>(vfs)->below;
  if ((flags & SQLITE_OPEN_WAL) == 0) return below->xOpen(below, path, file, flags, out_flags);
  auto* const wal = new (file) WalFile();
  const int code = below->xOpen(below, path, wal->below(), flags, out_flags);
  if (code == SQLITE_OK) {
    wal->base.pMethods = &kMethods;
  } else {
    wal->~WalFile();
    file->pMethods = nullptr;  // SQLite need not close it
  }
  return code;
}

// The connection's write-ahead log, or null where it is not one of ours.
WalFile* WalOf(sqlite3* database) {
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  return code == SQLITE_OK && file != nullptr && file->pMethods == &kMethods ? &Of(file) : nullptr;
}

}  // namespace

const char* WalWriterVfs() {
  static Mutex mutex;
  const MutexLock lock(mutex);
  sqlite3_vfs* const below = sqlite3_vfs_find(nullptr);
  // SQLite takes the next one when its default is unregistered, and that may be one of these.
  if (below == nullptr || below->xOpen == Open) return nullptr;
  const std::string name = fmt::format("annals over {} {}", below->zName, fmt::ptr(below));
  if (const sqlite3_vfs* const known = sqlite3_vfs_find(name.c_str())) return known->zName;
  auto layer = std::make_unique<Layer>(Layer{*below, below, name});
  layer->base.zName = layer->name.c_str();
  layer->base.pNext = nullptr;
  layer->base.szOsFile += static_cast<int>(sizeof(WalFile));
  layer->base.xOpen = Open;
  if (sqlite3_vfs_register(&layer->base, /*makeDflt=*/0) != SQLITE_OK) return nullptr;
  return layer.release()->base.zName;  // SQLite's until the process ends
}

GatheredCommit::GatheredCommit(sqlite3* database) : database_(database) {
  if (WalFile* const wal = WalOf(database_)) wal->is_gathering = true;
}

GatheredCommit::~GatheredCommit() {
  WalFile* const wal = WalOf(database_);
  if (wal == nullptr) return;
  wal->is_gathering = wal->is_ending = false;
  wal->bytes.clear();  // only where the commit failed is there something left
}

}  // namespace annals
