// A layer between SQLite and the files of the operating system that writes down what SQLite does to them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/crash/disk.h"

namespace annals::crash {

struct Device {
  bool is_powersafe = true;
};

// While one lives, all databases that are opened in this process are recorded. There is one at a time, and one thread.
class Recorder {
 public:
  // `files`: what the folder holds already.
  Recorder(Device device, const DiskFiles& files);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // The program has told somebody of `number`.
  void Mark(uint64_t number);
  const std::vector<DiskStep>& steps() const { return steps_; }
  const Device& device() const { return device_; }

  // For the layer itself.
  void Add(DiskStep step);
  bool Knows(const std::string& file) const { return files_.contains(file); }

 private:
  Device device_;
  std::set<std::string> files_;
  std::vector<DiskStep> steps_;
};

}  // namespace annals::crash
