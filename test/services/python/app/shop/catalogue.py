names = ["lamp", "chair", "table", "shelf"]


def items():
    return list(enumerate(names))


def item(number):
    return names[number % len(names)]
