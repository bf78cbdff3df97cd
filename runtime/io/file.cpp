#include "runtime/io/file.hpp"
#include "runtime/io/file_operation.hpp"

namespace aio {
using detail::always, detail::never, detail::perform, detail::BlockingFile, detail::FileState;

namespace {
Coroutine<std::optional<std::string>> unless_empty(Coroutine<std::string> reading) {
    std::string text = co_await reading;
    if (text.empty()) co_return std::nullopt;
    co_return text;
}
}  // namespace

Coroutine<std::string> File::read(std::size_t size) const {
    return perform(state_, &BlockingFile::has_read, &BlockingFile::read, size);
}
Coroutine<std::string> File::readline() const {
    return perform(state_, &BlockingFile::has_read_line, &BlockingFile::readline);
}
Coroutine<std::vector<std::string>> File::readlines() const { return perform(state_, never, &BlockingFile::readlines); }
Coroutine<std::optional<std::string>> File::next() const { return unless_empty(readline()); }
File::Chunks File::chunks(std::size_t size) const {
    if (size == 0) throw ValueError("a chunk has at least one byte");
    return Chunks(*this, size);
}
Coroutine<std::optional<std::string>> File::Chunks::next() const { return unless_empty(file_.read(size_)); }

Coroutine<std::size_t> File::write(std::string data) const {
    return perform(state_, never, &BlockingFile::write, std::move(data));
}
Coroutine<void> File::writelines(std::vector<std::string> lines) const {
    return perform(state_, never, &BlockingFile::writelines, std::move(lines));
}
Coroutine<void> File::flush() const { return perform(state_, always, &BlockingFile::flush); }
Coroutine<void> File::fsync() const { return perform(state_, never, &BlockingFile::fsync); }
Coroutine<off_t> File::seek(off_t offset, int whence) const {
    return perform(state_, never, &BlockingFile::seek, offset, whence);
}
Coroutine<off_t> File::tell() const { return perform(state_, always, &BlockingFile::tell); }
Coroutine<off_t> File::truncate(std::optional<off_t> size) const {
    return perform(state_, never, &BlockingFile::truncate, size);
}
Coroutine<void> File::close() const { return perform(state_, &BlockingFile::closed, &BlockingFile::close); }

bool File::closed() const noexcept { return state_->closed(); }
const std::filesystem::path& File::name() const noexcept { return state_->path(); }

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
