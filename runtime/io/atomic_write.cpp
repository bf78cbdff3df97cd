#include "runtime/io/atomic_write.hpp"
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include "runtime/io/file_operation.hpp"

namespace aio {
namespace detail {

/// The name of a file that is removed in the end, unless it was renamed.
class TemporaryName {
  public:
    explicit TemporaryName(std::filesystem::path path) : path_(std::move(path)) {}
    ~TemporaryName() { remove(); }
    TemporaryName(TemporaryName&&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    void rename_to(const std::filesystem::path& target) {
        if (::rename(path_.c_str(), target.c_str()) < 0) throw_file_error(errno, "rename", target);
        path_.clear();
    }
    void remove() noexcept {
        if (!path_.empty()) ::unlink(path_.c_str());
        path_.clear();
    }
  private:
    std::filesystem::path path_;
};

namespace {

struct Temporary {
    std::shared_ptr<FileState> state;
    std::shared_ptr<TemporaryName> name;
};

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

/// Opens a file beside `target`, with its permissions if there is one.
Temporary make_beside(const std::filesystem::path& target) {
    std::random_device random;
    while (true) {
        const std::string name = "." + target.filename().string() + "." + std::to_string(random());
        try {
            Temporary made{std::make_shared<FileState>(folder_of(target) / name, "x"), nullptr};
            made.name = std::make_shared<TemporaryName>(made.state->file.path());
            struct stat old {};
            if (::stat(target.c_str(), &old) == 0 && ::chmod(made.name->path().c_str(), old.st_mode & 07777) < 0)
                throw_file_error(errno, "chmod", made.name->path());
            return made;
        } catch (const FileExistsError&) {}  // somebody else's: another number
    }
}

// [commit]
void commit(BlockingFile& file, TemporaryName& name, const std::filesystem::path& target) {
    file.fsync();  // the contents first: a rename that is on the disk before them would lead to a half-written file
    file.close();
    name.rename_to(target);
    BlockingFile folder(folder_of(target), "r");
    folder.fsync();  // the new name is on the disk, too
    folder.close();
}
// [/commit]
}  // namespace
}  // namespace detail

Coroutine<void> AtomicWrite::aenter() {
    auto made = co_await to_thread(detail::make_beside, target_);
    state_ = std::move(made.state);
    temporary_ = std::move(made.name);
}

Coroutine<void> AtomicWrite::aexit(std::exception_ptr error) {
    const auto ends = [keep = !error, name = temporary_, target = target_](detail::BlockingFile& file) {
        if (keep) return detail::commit(file, *name, target);
        name->remove();
        file.close();
    };
    return detail::perform(state_, ends, detail::never_instant);
}
}  // namespace aio
