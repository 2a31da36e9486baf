// What is done to a database whose disk fails, and the folder it lies in.
#pragma once

#include <string>
#include <vector>

#include "tests/crash/disk.h"

namespace annals::crash {

// The first `commands` commands of pipelines with tasks, gates, refusals and notes with content beside the log. Each
// has a key, so that all can be said again.
std::vector<std::string> ReferenceRun(size_t commands);

// A folder of files that stands for the disk.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // Holds these, and no others.
  void Fill(const DiskFiles& files);
  std::string database() const { return path_ + "/a.db"; }

 private:
  void Empty();
  std::string path_;
};

}  // namespace annals::crash
