// Four KiB of a file that the kernel has in memory: read right here, by a thread of the pool, and through a File, which
// reads ahead. All threads' processor time counts.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "bench/in_loop.hpp"

namespace {

constexpr std::size_t piece = 4096, pieces = 256;

/// A regular file without a disk.
class MemoryFile {
  public:
    MemoryFile() {
        for (std::size_t i = 0; i < pieces; ++i)
            if (write(fd_, bytes_.data(), piece) < 0) std::perror("write");
    }
    ~MemoryFile() { close(fd_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    ssize_t read_piece() { return pread(fd_, bytes_.data(), piece, 0); }
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
  private:
    int fd_ = memfd_create("pieces", MFD_CLOEXEC);
    std::array<char, piece> bytes_{};
};

void bare_read_piece(benchmark::State& state) {
    MemoryFile memory;
    for (auto _ : state) benchmark::DoNotOptimize(memory.read_piece());
}

aio::Coroutine<void> read_piece_in_thread(benchmark::State& state) {
    MemoryFile memory;
    const auto read = [&] { return memory.read_piece(); };
    for (auto _ : state) benchmark::DoNotOptimize(co_await aio::to_thread(read));
}

/// One read in sixteen needs a thread.
aio::Coroutine<void> read_piece_of_file(benchmark::State& state) {
    const MemoryFile memory;
    const aio::File file = co_await aio::open_file(memory.path());
    while (state.KeepRunningBatch(pieces)) {
        co_await file.seek(0);
        for (std::size_t i = 0; i < pieces; ++i) benchmark::DoNotOptimize(co_await file.read(piece));
    }
}

BENCHMARK(bare_read_piece)->MeasureProcessCPUTime();
BENCHMARK(in_loop<read_piece_in_thread>)->Name("read_piece_in_thread")->MeasureProcessCPUTime();
BENCHMARK(in_loop<read_piece_of_file>)->Name("read_piece_of_file")->MeasureProcessCPUTime();

}  // namespace
