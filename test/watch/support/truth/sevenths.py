import fractions


def seventh() -> fractions.Fraction:
    return fractions.Fraction(1, 7)
