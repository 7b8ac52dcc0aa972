"""What a process keeps is read once, and read anew when the one question says that it changed."""

import threading

from jishi.kernel.shelf import Shelf


class Desk:
    """Two values with their stamps, and a clock one can turn."""

    def __init__(self):
        self.now, self.stamps, self.loads, self.questions = 0.0, {"单位": 1, "清单": 1}, [], 0
        self.shelf = Shelf(ask=self.ask, clock=lambda: self.now, seconds=3)
        self.units = self.shelf.keep("单位", lambda: self.load("单位"))
        self.duties = self.shelf.keep("清单", lambda: self.load("清单"))

    def ask(self, stamps):
        self.questions += 1
        return [self.stamps[stamp] for stamp in stamps]

    def load(self, name):
        self.loads.append(name)
        return f"{name}{self.stamps[name]}"


def test_what_is_kept_is_read_once_until_its_stamp_changes():
    desk = Desk()
    assert [desk.units.get() for _ in range(3)] == ["单位1"] * 3
    desk.now = 10
    assert (desk.units.get(), desk.loads) == ("单位1", ["单位"])
    desk.stamps["单位"] = 2
    assert desk.units.get() == "单位1"
    desk.now = 13
    assert (desk.units.get(), desk.loads) == ("单位2", ["单位", "单位"])


def test_one_question_serves_everything_that_is_kept():
    desk = Desk()
    assert (desk.units.get(), desk.duties.get(), desk.questions) == ("单位1", "清单1", 1)
    desk.now = 3
    desk.stamps["清单"] = 2
    assert (desk.units.get(), desk.duties.get(), desk.questions) == ("单位1", "清单2", 2)
    assert desk.loads == ["单位", "清单", "清单"]


def test_what_is_forgotten_is_read_anew():
    desk = Desk()
    desk.units.get()
    desk.stamps["单位"] = 2
    desk.units.forget()
    assert desk.units.get() == "单位2"


def test_what_is_put_on_the_shelf_later_is_asked_about_too():
    desk = Desk()
    desk.units.get()
    desk.stamps["类别"] = 1
    assert desk.shelf.keep("类别", lambda: desk.load("类别")).get() == "类别1"


def test_of_many_threads_that_find_it_old_one_reads():
    desk = Desk()
    threads = [threading.Thread(target=desk.units.get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (desk.loads, desk.questions) == (["单位"], 1)
