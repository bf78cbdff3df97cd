#include "runtime/io/file.hpp"
#include "runtime/io/file_operation.hpp"

namespace aio {
using detail::always_instant;
using detail::BlockingFile;
using detail::FileState;
using detail::never_instant;
using detail::perform;

namespace {
std::optional<std::string> unless_empty(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}
bool has_read_line(const BlockingFile& file) { return file.has_read_line(); }
}  // namespace

Coroutine<std::string> File::read(std::size_t size) const {
    return perform(
        state_, [size](BlockingFile& file) { return file.read(size); },
        [size](const BlockingFile& file) { return file.has_read(size); });
}
Coroutine<std::string> File::readline() const { return perform(state_, &BlockingFile::readline, has_read_line); }
Coroutine<std::vector<std::string>> File::readlines() const {
    return perform(state_, &BlockingFile::readlines, never_instant);
}
Coroutine<std::optional<std::string>> File::next() const {
    return perform(
        state_, [](BlockingFile& file) { return unless_empty(file.readline()); }, has_read_line);
}

File::Chunks File::chunks(std::size_t size) const {
    if (size == 0) throw ValueError("a chunk has at least one byte");
    return Chunks(state_, size);
}
Coroutine<std::optional<std::string>> File::Chunks::next() const {
    return perform(
        state_, [size = size_](BlockingFile& file) { return unless_empty(file.read(size)); },
        [size = size_](const BlockingFile& file) { return file.has_read(size); });
}

Coroutine<std::size_t> File::write(std::string data) const {
    const auto write = [data = std::move(data)](BlockingFile& file) {
        file.write(data);
        return data.size();
    };
    return perform(state_, write, never_instant);
}
Coroutine<void> File::writelines(std::vector<std::string> lines) const {
    std::string all;
    for (const std::string& line : lines) all += line;
    const auto write = [all = std::move(all)](BlockingFile& file) { file.write(all); };
    return perform(state_, write, never_instant);
}
Coroutine<void> File::flush() const {
    return perform(
        state_, [](const BlockingFile& file) { file.require_open(); }, always_instant);
}
Coroutine<void> File::fsync() const { return perform(state_, &BlockingFile::fsync, never_instant); }

Coroutine<off_t> File::seek(off_t offset, int whence) const {
    return perform(
        state_, [=](BlockingFile& file) { return file.seek(offset, whence); }, never_instant);
}
Coroutine<off_t> File::tell() const { return perform(state_, &BlockingFile::tell, always_instant); }
Coroutine<off_t> File::truncate(std::optional<off_t> size) const {
    return perform(
        state_, [size](BlockingFile& file) { return file.truncate(size); }, never_instant);
}

Coroutine<void> File::close() const {
    return perform(state_, &BlockingFile::close, [](const BlockingFile& file) { return file.closed(); });
}
bool File::closed() const noexcept { return state_->file.closed(); }
const std::filesystem::path& File::name() const noexcept { return state_->file.path(); }

Coroutine<void> File::aenter() const { co_return; }

Coroutine<File> File::open(std::filesystem::path path, std::string mode) {
    co_return File(co_await to_thread(std::make_shared<FileState, std::filesystem::path, std::string>, std::move(path),
                                      std::move(mode)));
}

OpenFile::OpenFile(std::filesystem::path path, std::string mode) : path_(std::move(path)), mode_(std::move(mode)) {
    BlockingFile::flags_of(mode_);  // a wrong mode shows at once
}
Coroutine<void> OpenFile::aenter() {
    File file = co_await open(path_, mode_);
    static_cast<File&>(*this) = std::move(file);
}
}  // namespace aio
