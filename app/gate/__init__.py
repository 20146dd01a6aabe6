"""What every request passes on its way in and out, whichever router it goes to."""
