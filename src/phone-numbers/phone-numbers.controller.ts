import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { OwnedResource } from '../kernel/security/owned-resource';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { PhoneNumber } from './phone-number.entity';
import { PhoneNumberGuard } from './phone-number.guard';
import {
  AddPhoneNumber,
  ChangePhoneNumber,
  ListPhoneNumbers,
  PhoneNumberPage,
  PhoneNumberView,
} from './phone-numbers.dto';
import { PhoneNumbersService } from './phone-numbers.service';

const Id = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the phone number.' });

@ApiTags('Phone numbers')
@Controller('phone-numbers')
export class PhoneNumbersController {
  constructor(private readonly numbers: PhoneNumbersService) {}

  @Get()
  @Needs('phone_number.read')
  @Operation({
    summary: 'List the phone numbers of your tenant',
    ok: PhoneNumberPage,
    problems: ['request.invalid', 'cursor.invalid'],
  })
  list(
    @CurrentPrincipal() who: Principal,
    @Query() query: ListPhoneNumbers,
  ): Promise<PhoneNumberPage> {
    return this.numbers.list(who, query);
  }

  @Post()
  @Needs('phone_number.add')
  @Operation({
    summary: 'Add a phone number, written in any usual form',
    ok: PhoneNumberView,
    status: 201,
    problems: ['phone_number.taken'],
  })
  async add(
    @CurrentPrincipal() who: Principal,
    @Body() body: AddPhoneNumber,
  ): Promise<PhoneNumberView> {
    return PhoneNumberView.of(await this.numbers.add(who, body));
  }

  @Get(':id')
  @UseGuards(PhoneNumberGuard)
  @Id
  @Needs('phone_number.read')
  @Operation({
    summary: 'Show a phone number',
    ok: PhoneNumberView,
    problems: ['phone_number.not_found'],
  })
  get(@OwnedResource() phone: PhoneNumber): PhoneNumberView {
    return PhoneNumberView.of(phone);
  }

  @Patch(':id')
  @Needs('phone_number.change')
  @UseGuards(PhoneNumberGuard)
  @Id
  @Operation({
    summary: 'Change a phone number or its label',
    ok: PhoneNumberView,
    problems: ['phone_number.not_found', 'phone_number.taken'],
  })
  async change(
    @CurrentPrincipal() who: Principal,
    @OwnedResource() phone: PhoneNumber,
    @Body() body: ChangePhoneNumber,
  ): Promise<PhoneNumberView> {
    return PhoneNumberView.of(await this.numbers.change(who, phone, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('phone_number.remove')
  @UseGuards(PhoneNumberGuard)
  @Id
  @Operation({
    summary: 'Remove a phone number; its calls stay',
    problems: ['phone_number.not_found'],
  })
  remove(@CurrentPrincipal() who: Principal, @OwnedResource() { id }: PhoneNumber): Promise<void> {
    return this.numbers.remove(who, id);
  }
}
