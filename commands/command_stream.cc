#include "commands/command_stream.h"

#include <utility>

#include <fmt/format.h>

#include "schemas/status.h"

namespace annals {
namespace {

// A batch is handed over when it has this many lines, or this much text: some milliseconds of work for either side, and
// few enough that the batches under way take some MiB.
constexpr size_t kBatchLines = 256;
constexpr size_t kBatchBytes = size_t{512} << 10;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

schema::Command::Builder CommandBatch::NewCommand() {
  if (used_slots_ == slots_.size()) slots_.push_back(std::make_unique<Slot>());
  Slot& slot = *slots_[used_slots_];
  slot.message.emplace(kj::arrayPtr(slot.words.data(), slot.words.size()));
  return slot.message->initRoot<schema::Command>();
}

void CommandBatch::Clear() {
  lines_.clear();
  // A message leaves its slot's words zero again, as the next one wants them.
  for (size_t i = 0; i < used_slots_; ++i) slots_[i]->message.reset();
  used_slots_ = 0;
  last_line_ = 0;
  input_waits_ = false;
}

CommandStream::CommandStream(ByteSource& source, uint64_t skip_lines, std::string actor)
    : source_(source),
      lines_(source, kMaxCommandBytes),
      actor_(std::move(actor)),
      thread_([this, skip_lines] { Run(skip_lines); }) {}

CommandStream::~CommandStream() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  source_.Interrupt();
  thread_.join();
}

const CommandBatch* CommandStream::Next() {
  MutexLock lock(mutex_);
  emptied_ = taken_;
  changed_.notify_all();
  while (filled_ == taken_ && !ended_) lock.Wait(changed_);
  if (filled_ == taken_) return nullptr;
  return &ring_[taken_++ % kBatches];
}

bool CommandStream::IsEmpty() {
  const MutexLock lock(mutex_);
  return filled_ == taken_ && !ended_;
}

uint64_t CommandStream::lines_missing() {
  const MutexLock lock(mutex_);
  return lines_missing_;
}

void CommandStream::Run(uint64_t skip_lines) {
  bool more = true;
  absl::Status failure;
  for (uint64_t i = 0; i < skip_lines && more; ++i) {
    const auto line = lines_.Next();
    more = line.ok() && line->has_value();
    failure = line.status();
    if (more || !failure.ok()) continue;
    const MutexLock lock(mutex_);
    lines_missing_ = skip_lines - i;
  }
  for (uint64_t index = 0; more || !failure.ok(); ++index) {
    CommandBatch& batch = ring_[index % kBatches];
    {
      MutexLock lock(mutex_);
      while (index - emptied_ >= kBatches && !stop_) lock.Wait(changed_);
      if (stop_) return;
    }
    batch.Clear();
    batch.failure_ = std::exchange(failure, absl::OkStatus());
    more = more && Fill(batch);
    const MutexLock lock(mutex_);
    filled_ = index + 1;
    changed_.notify_all();
  }
  const MutexLock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool CommandStream::Fill(CommandBatch& batch) {
  size_t bytes = 0;
  while (batch.lines_.size() < kBatchLines && bytes < kBatchBytes) {
    // What is there goes on its way before this thread waits: whoever writes line by line gets answers line by line.
    if (lines_.WouldWait()) {
      batch.input_waits_ = true;
      if (!batch.lines_.empty()) return true;
    }
    const auto line = lines_.Next();
    if (!line.ok() || !line->has_value()) {
      batch.failure_ = line.status();
      return false;
    }
    batch.last_line_ = (*line)->number;
    bytes += (*line)->text.size();
    Parse(**line, batch);
  }
  batch.input_waits_ = lines_.WouldWait();
  return true;
}

void CommandStream::Parse(const LineReader::Line& line, CommandBatch& batch) {
  if (line.is_too_long) {
    batch.lines_.push_back(
        {line.number, absl::InvalidArgumentError(
                          fmt::format("read the command: it is longer than {} bytes; split it", kMaxCommandBytes))});
    return;
  }
  if (IsBlank(line.text)) return;
  schema::Command::Builder command = batch.NewCommand();
  absl::Status status = reader_.Read(line.text, command);
  if (!status.ok()) {
    ++batch.used_slots_;
    batch.lines_.push_back({line.number, std::move(status)});
    return;
  }
  if (!command.hasActor() && !actor_.empty()) command.setActor({actor_.data(), actor_.size()});
  ++batch.used_slots_;
  batch.lines_.push_back({line.number, absl::OkStatus(), command.asReader()});
}

}  // namespace annals
