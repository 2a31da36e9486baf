#include "tests/crash/recording_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <new>
#include <utility>

#include "schemas/check.h"

namespace annals::crash {
namespace {

constexpr const char* kName = "annals-recording";

Recorder* recorder = nullptr;

struct RecordedFile {
  sqlite3_file base;
  // Of a journal that was made here: its first sync syncs the folder too, as the layer below does it.
  bool is_new_journal = false;
  std::string name;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

RecordedFile& Of(sqlite3_file* file) {
  return *reinterpret_cast<RecordedFile*>(file);
}

sqlite3_vfs& RealVfs() {
  static sqlite3_vfs* const real = sqlite3_vfs_find("unix");
  return *real;
}

std::string NameOfPath(const char* path) {
  return path == nullptr ? "" : std::filesystem::path(path).filename().string();
}

using Io = sqlite3_io_methods;

// What is no business of a disk goes straight through.
template <auto Method>
struct Through;
template <class... Arguments, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Arguments...)>
struct Through<Method> {
  static int Call(sqlite3_file* file, Arguments... arguments) {
    sqlite3_file* const real = Of(file).real();
    return (real->pMethods->*Method)(real, arguments...);
  }
};

int Close(sqlite3_file* file) {
  RecordedFile& recorded = Of(file);
  const int code = recorded.real()->pMethods->xClose(recorded.real());
  recorded.~RecordedFile();
  return code;
}

// What the step is to fail with.
DiskFault FaultOf(DiskStep::Kind kind) {
  return recorder == nullptr ? DiskFault{} : recorder->FaultOf(kind);
}

// What leaves the disk as it is goes through as well, unless it is to fail.
template <DiskStep::Kind kind, auto Method>
struct MayFail;
template <DiskStep::Kind kind, class... Arguments, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Arguments...)>
struct MayFail<kind, Method> {
  static int Call(sqlite3_file* file, Arguments... arguments) {
    const DiskFault fault = FaultOf(kind);
    return fault.code != SQLITE_OK ? fault.code : Through<Method>::Call(file, arguments...);
  }
};

int Write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  RecordedFile& recorded = Of(file);
  const DiskFault fault = FaultOf(DiskStep::Kind::kWrite);
  if (fault.code != SQLITE_OK && !fault.is_half) return fault.code;
  if (fault.is_half) count /= 2;
  if (recorder != nullptr) {
    recorder->Add({DiskStep::Kind::kWrite, recorded.name, static_cast<uint64_t>(offset),
                   std::string(static_cast<const char*>(bytes), static_cast<size_t>(count))});
  }
  const int code = recorded.real()->pMethods->xWrite(recorded.real(), bytes, count, offset);
  return fault.code != SQLITE_OK ? fault.code : code;
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  RecordedFile& recorded = Of(file);
  if (const DiskFault fault = FaultOf(DiskStep::Kind::kTruncate); fault.code != SQLITE_OK) return fault.code;
  if (recorder != nullptr) recorder->Add({DiskStep::Kind::kTruncate, recorded.name, static_cast<uint64_t>(size)});
  return recorded.real()->pMethods->xTruncate(recorded.real(), size);
}

// The files need not really be synced: whoever reads them is this machine, and its power stays on.
int Sync(sqlite3_file* file, int) {
  RecordedFile& recorded = Of(file);
  if (const DiskFault fault = FaultOf(DiskStep::Kind::kSync); fault.code != SQLITE_OK) return fault.code;
  if (recorder == nullptr) return SQLITE_OK;
  recorder->Add({DiskStep::Kind::kSync, recorded.name});
  if (std::exchange(recorded.is_new_journal, false)) recorder->Add({DiskStep::Kind::kSyncFolder});
  return SQLITE_OK;
}

int SectorSize(sqlite3_file*) {
  return Disk::kSector;
}

int Characteristics(sqlite3_file*) {
  return recorder == nullptr || recorder->device().is_powersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  if (const DiskFault fault = FaultOf(DiskStep::Kind::kShare); fault.code != SQLITE_OK) return fault.code;
  sqlite3_file* const real = Of(file).real();
  return real->pMethods->xShmMap(real, region, size, extend, out);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  // To give one back does not fail on a local file system. If it did, the lock would stay until the process ends: that
  // others wait for it and are told, the tests of locks show.
  if ((flags & SQLITE_SHM_LOCK) != 0) {
    if (const DiskFault fault = FaultOf(DiskStep::Kind::kShareLock); fault.code != SQLITE_OK) return fault.code;
  }
  return Through<&Io::xShmLock>::Call(file, offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) {
  sqlite3_file* const real = Of(file).real();
  real->pMethods->xShmBarrier(real);
}

constexpr sqlite3_io_methods kMethods = {.iVersion = 3,
                                         .xClose = Close,
                                         .xRead = MayFail<DiskStep::Kind::kRead, &Io::xRead>::Call,
                                         .xWrite = Write,
                                         .xTruncate = Truncate,
                                         .xSync = Sync,
                                         .xFileSize = MayFail<DiskStep::Kind::kSize, &Io::xFileSize>::Call,
                                         .xLock = MayFail<DiskStep::Kind::kLock, &Io::xLock>::Call,
                                         .xUnlock = MayFail<DiskStep::Kind::kUnlock, &Io::xUnlock>::Call,
                                         .xCheckReservedLock = Through<&Io::xCheckReservedLock>::Call,
                                         .xFileControl = Through<&Io::xFileControl>::Call,
                                         .xSectorSize = SectorSize,
                                         .xDeviceCharacteristics = Characteristics,
                                         .xShmMap = ShmMap,
                                         .xShmLock = ShmLock,
                                         .xShmBarrier = ShmBarrier,
                                         .xShmUnmap = Through<&Io::xShmUnmap>::Call,
                                         .xFetch = Through<&Io::xFetch>::Call,
                                         .xUnfetch = Through<&Io::xUnfetch>::Call};

int Open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  if (const DiskFault fault = FaultOf(DiskStep::Kind::kCreate); fault.code != SQLITE_OK) {
    file->pMethods = nullptr;
    return fault.code;
  }
  auto* const recorded = new (file) RecordedFile();
  recorded->name = NameOfPath(path);
  const int code = RealVfs().xOpen(&RealVfs(), path, recorded->real(), flags, out_flags);
  if (code != SQLITE_OK) {
    recorded->~RecordedFile();
    file->pMethods = nullptr;
    return code;
  }
  recorded->base.pMethods = &kMethods;
  // Not what is there: the file may have been made without SQLite, and that has to reach the disk as well.
  if (recorder != nullptr && !recorder->Knows(recorded->name)) {
    recorder->Add({DiskStep::Kind::kCreate, recorded->name});
    recorded->is_new_journal = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  }
  return SQLITE_OK;
}

int Delete(sqlite3_vfs*, const char* path, int sync_folder) {
  if (const DiskFault fault = FaultOf(DiskStep::Kind::kDelete); fault.code != SQLITE_OK) return fault.code;
  const int code = RealVfs().xDelete(&RealVfs(), path, sync_folder);
  if (code != SQLITE_OK || recorder == nullptr) return code;
  recorder->Add({DiskStep::Kind::kDelete, NameOfPath(path)});
  if (sync_folder != 0) recorder->Add({DiskStep::Kind::kSyncFolder});
  return code;
}

int Access(sqlite3_vfs*, const char* path, int flags, int* result) {
  if (const DiskFault fault = FaultOf(DiskStep::Kind::kAccess); fault.code != SQLITE_OK) return fault.code;
  return RealVfs().xAccess(&RealVfs(), path, flags, result);
}

sqlite3_vfs& RecordingVfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = RealVfs();  // what is not a file's business: its time, its chance, its libraries
    made.zName = kName;
    made.pNext = nullptr;
    made.szOsFile = static_cast<int>(sizeof(RecordedFile)) + RealVfs().szOsFile;
    made.xOpen = Open;
    made.xDelete = Delete;
    made.xAccess = Access;
    return made;
  }();
  return vfs;
}

}  // namespace

Recorder::Recorder(Device device, const DiskFiles& files) : device_(device) {
  for (const auto& [name, bytes] : files) files_.insert(name);
  CHECK(recorder == nullptr);
  sqlite3_initialize();
  CHECK(sqlite3_vfs_register(&RecordingVfs(), /*makeDflt=*/1) == SQLITE_OK);
  recorder = this;
}

Recorder::~Recorder() {
  recorder = nullptr;
  sqlite3_vfs_unregister(&RecordingVfs());
}

void Recorder::Add(DiskStep step) {
  if (step.kind == DiskStep::Kind::kCreate) files_.insert(step.file);
  if (step.kind == DiskStep::Kind::kDelete) files_.erase(step.file);
  steps_.push_back(std::move(step));
}

void Recorder::Mark(uint64_t number) {
  Add({DiskStep::Kind::kMark, {}, number});
}

}  // namespace annals::crash
